//go:build unix

package process

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
)

func TestRevoke(t *testing.T) {
	spec := workerAs(t, "worker")
	spec.Prefetch = 5
	m := startMember(t, spec)
	running := m.begins("begin-and-wait")
	b, c, d, e := m.hand(work("b")), m.hand(work("c")), m.hand(work("d")), m.hand(work("e"))
	revoke := func(n int) { m.system.Root.Send(m.pid, &Revoke{N: n}) }

	revoke(2)
	back := told[*GivenBack](m)
	got := back.Calls
	for len(got) < 2 { // the child may give them back one by one, the youngest first
		got = append(told[*GivenBack](m).Calls, got...)
	}
	assert.Equal(t, []*Call{d, e}, got, "the youngest")
	assert.Equal(t, 3, back.Member)
	assert.EqualValues(t, 1, back.Incarnation)
	for _, call := range got {
		assert.Zero(t, call.Attempts)
		assert.False(t, call.Answered())
	}
	// One that is cancelled as well is answered here, and not given back.
	m.cancel(c, &actors.CancelledError{Err: context.Canceled})
	revoke(9)
	assert.Equal(t, []*Call{b}, told[*GivenBack](m).Calls)
	assert.Equal(t, &actors.CancelledError{Stage: actors.StageHanded, Err: context.Canceled}, m.result(c.Done).Err)
	// What runs is never revoked, and there is room again.
	revoke(9)
	again := m.hand(work("again"))
	m.cancel(running, context.Canceled)
	assert.Equal(t, context.Canceled, m.result(running.Done).Err)
	assert.NoError(t, m.result(again.Done).Err)
}

// Of a child that does not mark nothing is asked: it would not understand.
func TestRevokeNeedsMarks(t *testing.T) {
	for role, marks := range map[string]bool{"worker": true, "worker-without-mark": false} {
		m := startMember(t, workerAs(t, role))
		for {
			event := told[*MemberEvent](m)
			if _, ready := event.Event.(*actors.Ready); ready {
				assert.Equal(t, marks, event.Marks, role)
				break
			}
		}
		running := m.begins("begin-and-wait")
		waiting := m.hand(work("x"))
		m.system.Root.Send(m.pid, &Revoke{N: 1})
		m.cancel(running, context.Canceled)
		if marks {
			assert.Equal(t, []*Call{waiting}, told[*GivenBack](m).Calls)
			continue
		}
		require.NoError(t, m.result(waiting.Done).Err)
	}
}
