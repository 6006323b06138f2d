package process

import (
	"errors"
	"fmt"
	"math"
	"syscall"
	"time"

	"brood/actors/health"
	"brood/ptyio"
)

// StopPlan is how a child is made to end: its steps one after the other until
// the child has ended, and KILL for its whole tree when the last one's wait is
// over. An actors.Stop with a grace bounds the whole plan, and one with a
// negative grace skips it. Each step is done once, however often the child is
// asked to stop. A step that cannot be done (a message to a child that is not
// ready, input after the end of the input) is skipped with its wait.
//
// Without a plan, a child with a protocol is sent its shutdown message and has
// half of the grace to follow; it, and every other child, is then sent TERM (on
// a terminal HUP, too, since shells ignore TERM) and has the rest.
type StopPlan []StopStep

// StopStep is one deed and how long the child has to end after it. Exactly one
// of the deeds is set.
type StopStep struct {
	// Message sends the protocol's shutdown.
	Message bool
	// CloseStdin ends the child's input behind what waits to be written. On a
	// terminal it types the end-of-file character.
	CloseStdin bool
	// Signal is sent to all that containment reaches, followed by CONT, so that
	// a child that was stopped (SIGSTOP) wakes and sees it.
	Signal syscall.Signal
	// Write is written to the child's stdin behind what waits there; on a
	// terminal it is typed: "\x03" is Ctrl-C.
	Write []byte
	// Command is run, contained as it says, with nothing as its stdin, stdout
	// and stderr, and with the child's process id in the variable EnvChildPID.
	// It is killed when the wait is over, or when the child has ended.
	Command *ptyio.Command

	// Wait is how long the child gets to end before the next step. Zero: the
	// next step follows at once.
	Wait time.Duration
}

// EnvChildPID is the environment variable in which the command of a StopStep
// finds the process id of the child that is to end.
const EnvChildPID = health.EnvChildPID

// Time returns how long the plan takes until KILL.
func (p StopPlan) Time() (total time.Duration) {
	for _, step := range p {
		if step.Wait > math.MaxInt64-total {
			return math.MaxInt64
		}
		total += step.Wait
	}
	return total
}

// faults returns everything that is wrong with the plan.
func (p StopPlan) faults(hasProtocol bool) []error {
	var faults []error
	for i, step := range p {
		for _, fault := range step.faults(hasProtocol) {
			faults = append(faults, fmt.Errorf("process: StopPlan[%d]: %w", i, fault))
		}
	}
	return faults
}

func (s StopStep) faults(hasProtocol bool) []error {
	var faults []error
	deeds := 0
	for _, set := range []bool{s.Message, s.CloseStdin, s.Signal != 0, s.Write != nil, s.Command != nil} {
		if set {
			deeds++
		}
	}
	if deeds != 1 {
		faults = append(faults, fmt.Errorf("%d deeds in one step", deeds))
	}
	if s.Message && !hasProtocol {
		faults = append(faults, errors.New("a Message without a Protocol"))
	}
	if s.Signal < 0 || s.Signal > maxSignal {
		faults = append(faults, fmt.Errorf("no signal %d", int(s.Signal)))
	}
	if s.Command != nil && s.Command.Path == "" {
		faults = append(faults, errors.New("its Command.Path is empty"))
	}
	if s.Command != nil && s.Wait == 0 {
		faults = append(faults, errors.New("a Command without a Wait"))
	}
	if s.Wait < 0 {
		faults = append(faults, fmt.Errorf("its Wait is %s", s.Wait))
	}
	return faults
}

// maxSignal is the greatest signal number there is, on any system.
const maxSignal = 64
