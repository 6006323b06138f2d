package runtime

import (
	"context"
	"errors"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"brood/actors"
)

func TestWhyEnded(t *testing.T) {
	over, asked := errors.New("over"), errors.New("asked")
	exited := actors.Exit{Reason: actors.ReasonExited}
	failed := actors.Exit{Reason: actors.ReasonExited, Code: 3}
	signalled := actors.Exit{Reason: actors.ReasonSignalled, Signal: syscall.SIGSEGV}
	cut := actors.Exit{Reason: actors.ReasonExited, OutputIncomplete: true}
	cancelled := actors.Exit{Reason: actors.ReasonCancelled}
	late := actors.Exit{Reason: actors.ReasonTimedOut, Signal: syscall.SIGTERM}
	unknown := actors.Exit{}
	for name, test := range map[string]struct {
		over, asked error
		exit        actors.Exit
		want        error
	}{
		"exited":                               {nil, nil, exited, nil},
		"its output was held":                  {nil, nil, cut, nil},
		"stopped by somebody else":             {nil, nil, actors.Exit{Reason: actors.ReasonStopped}, nil},
		"cancelled":                            {nil, asked, cancelled, asked},
		"timed out":                            {nil, asked, late, asked},
		"cancelled after a stop":               {nil, asked, actors.Exit{Reason: actors.ReasonStopped}, asked},
		"asked when it had succeeded":          {nil, asked, exited, nil},
		"asked when it had failed":             {nil, asked, failed, nil},
		"asked when a signal had ended it":     {nil, asked, signalled, nil},
		"asked when it was out of memory":      {nil, asked, actors.Exit{Reason: actors.ReasonOutOfMemory}, nil},
		"asked when its zygote had ended":      {nil, asked, actors.Exit{Reason: actors.ReasonZygoteEnded}, nil},
		"asked when it could not be started":   {nil, asked, actors.Exit{Reason: actors.ReasonStartFailed}, nil},
		"asked while its output was held":      {nil, asked, cut, asked},
		"its actor went, and nothing is known": {nil, asked, unknown, asked},
		"its actor panicked":                   {nil, asked, actors.Exit{Reason: actors.ReasonPanic}, asked},
		"over its limit, killed":               {over, nil, actors.Exit{Reason: actors.ReasonOutputLimit}, over},
		"over its limit, exited":               {over, nil, exited, over},
		"over its limit, asked first":          {over, asked, cancelled, over},
		"over its limit, exited and asked":     {over, asked, exited, over},
	} {
		assert.Equal(t, test.want, whyEnded(test.over, test.asked, test.exit), name)
	}
}

// TestAwaitOfWhatHappenedAtOnce: which of several ends is noticed first is
// chance, and tells nothing.
func TestAwaitOfWhatHappenedAtOnce(t *testing.T) {
	rt := fresh(t, Options{})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		full bool
		want error
	}{
		"the command and ctx":            {false, nil},
		"the command, its limit and ctx": {true, ErrOutputLimit},
	} {
		r := rt.newRun(RunSpec{Command: Command{Path: "true"}, Timeout: 1})
		r.pid = rt.root // which does not listen
		r.observe(&actors.Down{Who: rt.root, Exit: actors.Exit{Reason: actors.ReasonExited}})
		if test.full {
			closeOnce(r.full)
		}
		for range 100 {
			assert.ErrorIs(t, r.await(cancelled), test.want, name)
		}
	}
}
