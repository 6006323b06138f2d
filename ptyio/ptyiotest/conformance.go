package ptyiotest

import (
	"testing"
	"time"

	"brood/ptyio"
)

// Subject is a transport that Conformance examines, and what it has. Only
// Transport is required; the zero value of the rest is that of three pipes to a
// process with signals.
type Subject struct {
	Transport ptyio.Transport
	// Command returns the command that makes the transport's child play a role.
	// Nil means RoleCommand: the test binary executed again, by whose TestMain
	// RunRole must be called. Another one may add what the transport needs, as
	// the name of a host, or run another program that calls RunRole. The
	// arguments and environment of the RoleCommand must reach the child.
	Command func(role string, args ...string) ptyio.Command
	// Missing is a command that the transport cannot start. Zero: none is tried
	// but commands that no transport can start, as one without a Path.
	Missing ptyio.Command

	// Terminal says that stdin and stdout are a terminal: Resize works,
	// CloseStdin types the end, and neither stream can be closed by the child.
	Terminal bool
	// NoStderr says that stderr is not apart: Conn.Stderr is nil.
	NoStderr bool
	// NoSignals says that Signal does not work, nor asks Stop before it kills.
	NoSignals bool
	// NoDeadlines says that reads and writes have none.
	NoDeadlines bool

	// Patience is how long anything may take that a promise says comes.
	// Zero means 1 minute. It is not for measuring: only what fails takes so long.
	Patience time.Duration
}

// Conformance runs, each as a subtest, the checks of what ptyio.Transport,
// ptyio.Conn and ptyio.Output promise and can be seen from outside: bytes, ends,
// deadlines, exits, signals, Stop, Close, failing starts, and that nothing is
// left behind. What s says the transport does not have is skipped.
//
// The last check counts goroutines, so no other test may run at the same time.
//
// Not checked, since it takes more than one process: containment, Holders of
// outputs, Detached, and the fields of a Command that limit or change what the
// child may do.
func Conformance(t *testing.T, s Subject) {
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			if why := c.needs.missing(s); why != "" {
				t.Skip("the transport has no " + why)
			}
			c.run(&trial{tester: t, Subject: s})
		})
	}
}

// check is one promise, or a few that are seen together.
type check struct {
	name  string
	needs needs
	run   func(t *trial)
}

// needs is what of a transport a check is about.
type needs uint8

const (
	aTerminal needs = 1 << iota
	noTerminal
	aStderr
	signals
	deadlines
)

// missing names what of n the transport does not have, or is empty.
func (n needs) missing(s Subject) string {
	for _, m := range []struct {
		need   needs
		absent bool
		what   string
	}{
		{aTerminal, !s.Terminal, "terminal"},
		{noTerminal, s.Terminal, "streams that end"},
		{aStderr, s.NoStderr, "stderr"},
		{signals, s.NoSignals, "signals"},
		{deadlines, s.NoDeadlines, "deadlines"},
	} {
		if n&m.need != 0 && m.absent {
			return m.what
		}
	}
	return ""
}

func checks() []check {
	return []check{
		{"a start that fails is a StartError", 0, startFails},
		{"arguments and environment arrive", 0, commandArrives},
		{"the child has one identity", 0, oneIdentity},
		{"starts at the same time", 0, manyStarts},

		{"bytes arrive exact both ways", 0, bytesBothWays},
		{"writes are not mixed", 0, writesNotMixed},
		{"stdout and stderr are apart", aStderr, sidesApart},
		{"there is no stderr", 0, stderrOrNil},
		{"all output comes before the end", 0, outputBeforeEnd},
		{"output can be read after Wait", 0, outputAfterWait},
		{"Receive keeps its limit", 0, receiveLimit},
		{"Receive calls nothing on an error", 0, receiveError},

		{"CloseStdin ends the input", 0, closeStdinEnds},
		{"stdin closed by the child", noTerminal, stdinClosedByChild},
		{"stdout closed by the child", noTerminal, stdoutClosedByChild},
		{"writing after the end", 0, writeAfterEnd},
		{"the end wakes a writer", 0, endWakesWriter},

		{"read deadline", deadlines, readDeadline},
		{"read deadline wakes", deadlines, readDeadlineWakes},
		{"write deadline", deadlines, writeDeadline},
		{"write deadline wakes", deadlines, writeDeadlineWakes},

		{"exit codes", 0, exitCodes},
		{"Wait tells all the same", 0, waitByMany},
		{"OnExit before and after the end", 0, onExit},
		{"Kill", 0, kill},
		{"signals", signals, deadlySignals},
		{"a signal that is caught", signals, caughtSignal},
		{"a signal after the end", signals, signalAfterEnd},

		{"Stop asks", signals, stopAsks},
		{"Stop kills after the grace", signals, stopKills},
		{"Stop without grace kills at once", 0, stopAtOnce},
		{"Stop by many asks once", signals, stopByMany},
		{"Stop after the end", 0, stopAfterEnd},
		{"Stop while the child floods", 0, stopFlood},
		{"Stop wakes a stopped child", signals, stopStopped},

		{"Close ends everything", 0, closeEnds},
		{"Close wakes a reader", 0, closeWakesReader},
		{"Close wakes a writer", 0, closeWakesWriter},
		{"Resize", aTerminal, resize},
		{"Resize without a terminal", noTerminal, resizeRefused},
		{"nothing is left behind", 0, nothingLeft},
	}
}
