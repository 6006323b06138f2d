//go:build unix

package process

import (
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"

	"brood/actors"
)

func TestRunTimeout(t *testing.T) {
	// In this time the child begins: else the call would be told to have been handed.
	const soon, later = 300 * time.Millisecond, 310 * time.Millisecond
	m := startMember(t, workerAs(t, "worker"))
	slow := m.hand(actors.Task{Payload: []byte("wait"), RunTimeout: soon})
	next := m.hand(actors.Task{Payload: []byte("next"), RunTimeout: long})
	answer := m.result(slow.Done)
	assert.Equal(t, &actors.TaskTimeoutError{Stage: actors.StageRun, Limit: soon}, answer.Err)
	assert.ErrorIs(t, answer.Err, actors.ErrTaskTimeout)
	assert.NoError(t, m.result(next.Done).Err, "the worker acknowledged the cancel and is kept")
	// It is for each call anew.
	slow = m.hand(actors.Task{Payload: []byte("wait"), RunTimeout: later})
	assert.Equal(t, &actors.TaskTimeoutError{Stage: actors.StageRun, Limit: later}, m.result(slow.Done).Err)
}

// The clock of a call begins when it is the oldest, and one alarm serves all.
func TestRunClock(t *testing.T) {
	c := newChild(&Spec{})
	c.system = newSystem()
	c.self = actor.NewPID("nonhost", "child")
	clock := &c.tasks.clock
	t.Cleanup(clock.alarm.Stop)
	add := func(id uint64, limit time.Duration) {
		c.tasks.held.add(held{id: id, call: &Call{Task: actors.Task{RunTimeout: limit}}})
		c.watchHead()
	}
	answer := func(id uint64) {
		c.tasks.held.remove(c.tasks.held.find(id))
		c.watchHead()
	}
	add(1, 0)
	assert.False(t, clock.alarm.Pending(), "it costs nothing who does not use it")
	add(2, time.Hour)
	assert.Zero(t, clock.id, "it waits behind another one")
	before := time.Now()
	answer(1)
	assert.EqualValues(t, 2, clock.id)
	assert.False(t, clock.deadline.Before(before.Add(time.Hour)))
	assert.Equal(t, clock.deadline, clock.rings)

	// The next one's is later: the alarm is left as it is, and set again when it rings.
	rings := clock.rings
	add(3, 2*time.Hour)
	answer(2)
	assert.EqualValues(t, 3, clock.id)
	assert.Equal(t, rings, clock.rings)
	c.checkClock()
	assert.Equal(t, clock.deadline, clock.rings)
	assert.True(t, clock.alarm.Pending())
	// One that is sooner moves it.
	add(4, time.Minute)
	answer(3)
	assert.Equal(t, clock.deadline, clock.rings)
	assert.True(t, clock.rings.Before(rings))
	// The alarm of one that was answered is for nobody.
	answer(4)
	c.checkClock()
	assert.EqualValues(t, 4, clock.id)
}
