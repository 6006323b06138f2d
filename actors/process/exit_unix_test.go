//go:build unix

package process

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/ptyio"
)

// An output that somebody holds is cut off, and the exit names who.
func TestCase19HeldOutputIsCutOffAndHolderNamed(t *testing.T) {
	f := &fake{level: ptyio.LevelMarks, holders: []int{33, 44}, stdout: newFakeOutput()}
	f.stdout.text = []byte("all of it")
	h := startFake(t, f, Spec{DrainTimeout: 20 * time.Millisecond})
	started := await[*actors.Started](h)
	assert.Equal(t, "marks", started.Containment)
	f.end(ptyio.Exit{Code: 7})
	exit := await[*actors.Down](h).Exit
	assert.Equal(t, actors.ReasonExited, exit.Reason)
	assert.Equal(t, 7, exit.Code)
	assert.True(t, exit.OutputIncomplete)
	assert.Equal(t, []int{33, 44}, exit.HeldBy)
	assert.Equal(t, "marks", exit.Containment)
	assert.Equal(t, "all of it", h.output())
}

// Nobody is named if nothing had to be cut off.
func TestOutputThatEndsIsNotCutOff(t *testing.T) {
	f := &fake{holders: []int{33}, stdout: newFakeOutput()}
	f.stdout.ends = true
	h := startFake(t, f, Spec{DrainTimeout: time.Millisecond})
	await[*actors.Ready](h)
	f.end(ptyio.Exit{})
	exit := await[*actors.Down](h).Exit
	assert.False(t, exit.OutputIncomplete)
	assert.Nil(t, exit.HeldBy)
}

// A child all of whose streams go elsewhere ends as any other.
func TestChildWithoutOutputs(t *testing.T) {
	f := &fake{}
	h := startFake(t, f, Spec{})
	await[*actors.Ready](h)
	f.end(ptyio.Exit{})
	assert.True(t, await[*actors.Down](h).Exit.Success())
}

func TestExitTellsSurvivors(t *testing.T) {
	f := &fake{level: ptyio.LevelGroup, onKill: ptyio.Exit{Code: -1, Signal: syscall.SIGKILL, Survivors: []int{55}}}
	h := startFake(t, f, Spec{Name: "clinger"})
	await[*actors.Ready](h)
	err := h.stop(-1)
	exit := await[*actors.Down](h).Exit
	assert.Equal(t, []int{55}, exit.Survivors)
	assert.Equal(t, "signal: killed (stopped); left behind: [55] (containment: group (weak))", exit.String())
	var survived *ptyio.SurvivedError
	require.ErrorAs(t, err, &survived)
	assert.Equal(t, &ptyio.SurvivedError{PIDs: []int{55}, Level: ptyio.LevelGroup}, survived)
	assert.ErrorContains(t, err, "process: stop clinger: ")
	assert.NoError(t, h.stop(-1), "that was told once: nothing runs")
}

// A child that not even KILL ends is itself the survivor.
func TestChildThatSurvivesKill(t *testing.T) {
	f := &fake{level: ptyio.LevelCgroup, deaf: true}
	h := startFake(t, f, Spec{})
	await[*actors.Ready](h)
	err := h.stop(-1)
	assert.Equal(t, []int{4711}, await[*actors.Down](h).Exit.Survivors)
	var survived *ptyio.SurvivedError
	require.ErrorAs(t, err, &survived)
	assert.Equal(t, []int{4711}, survived.PIDs)
	f.end(ptyio.Exit{}) // so that it is accounted for
}

func TestReasonOfTheEnd(t *testing.T) {
	killed := ptyio.Exit{Code: -1, Signal: syscall.SIGKILL}
	outOfMemory, spared := killed, ptyio.Exit{OutOfMemory: true}
	outOfMemory.OutOfMemory = true
	for want, exit := range map[actors.Reason]ptyio.Exit{
		actors.ReasonSignalled:   killed,
		actors.ReasonOutOfMemory: outOfMemory,
		actors.ReasonExited:      spared, // one of its children was killed, and it coped
	} {
		assert.Equal(t, want, reasonOf(exit, nil))
	}
	for _, reason := range []actors.Reason{actors.ReasonTimedOut, actors.ReasonCancelled, actors.ReasonOutputLimit} {
		h := startFake(t, &fake{onKill: killed}, Spec{})
		await[*actors.Ready](h)
		require.NoError(t, h.do(&actors.Stop{Grace: -1, Reason: reason}))
		assert.Equal(t, reason, await[*actors.Down](h).Exit.Reason)
	}
}

// The first Stop's reason counts, and a stop of a child that has ended by itself
// changes nothing.
func TestFirstReasonCounts(t *testing.T) {
	f := &fake{onKill: ptyio.Exit{Code: -1, Signal: syscall.SIGKILL}}
	h := startFake(t, f, Spec{})
	await[*actors.Ready](h)
	h.system.Root.Send(h.pid, &actors.Stop{Reason: actors.ReasonTimedOut})
	require.NoError(t, h.do(&actors.Stop{Grace: -1, Reason: actors.ReasonCancelled}))
	assert.Equal(t, actors.ReasonTimedOut, await[*actors.Down](h).Exit.Reason)
}

func TestTerminalTells(t *testing.T) {
	stdout := newFakeOutput()
	for name, c := range map[string]struct {
		transport ptyio.Transport
		conn      *fake
		want      bool
	}{
		"pipes":                        {ptyio.Pipes{}, &fake{stdout: stdout}, false},
		"terminal":                     {ptyio.PTY{}, &fake{}, true},
		"another's, with one output":   {&fake{}, &fake{stdout: stdout}, true},
		"another's, without an output": {&fake{}, &fake{}, false},
	} {
		r := &run{spec: &Spec{Transport: c.transport}, conn: c.conn}
		assert.Equal(t, c.want, r.terminal(), name)
	}
}

func startFake(t *testing.T, f *fake, spec Spec) *host {
	t.Helper()
	spec.Command, spec.Transport = ptyio.Command{Path: "fake"}, f
	return start(t, spec)
}

var errWithdrawn = errors.New("withdrawn")
