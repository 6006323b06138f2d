package pool

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCrewRolls(t *testing.T) {
	s := newStaff(t, Spec{Size: 3})
	done := make(chan error, 1)
	require.NoError(t, s.startRoll(2, done))
	assert.Equal(t, ErrRolling, s.startRoll(1, nil))
	s.give(2)
	assert.Equal(t, []string{"hire 3", "hire 4"}, s.look())
	assert.Equal(t, []string{"dismiss 2"}, s.joined(3), "the idle one")
	assert.Empty(t, s.joined(4), "the other one is busy")
	assert.Equal(t, retiring, s.members[0].standing)
	s.left(2, false)
	assert.Equal(t, []string{"hire 2"}, s.look())
	assert.Empty(t, s.joined(2))
	s.finish(0, 1)
	s.finish(1, 1)
	assert.Equal(t, []string{"dismiss 0", "dismiss 1"}, s.look())
	s.left(0, false)
	assert.Empty(t, s.look())
	assert.Empty(t, done)
	s.left(1, false)
	assert.Empty(t, s.look())
	assert.NoError(t, <-done)
	assert.Equal(t, s.version, s.members[2].version)
}

func TestRollStopsAtAFailure(t *testing.T) {
	s := newStaff(t, Spec{Size: 2})
	done := make(chan error, 1)
	require.NoError(t, s.startRoll(1, done))
	assert.Equal(t, []string{"hire 2"}, s.look())
	assert.Equal(t, []string{"dismiss 0"}, s.joined(2))
	s.left(0, false)
	assert.Equal(t, []string{"hire 0"}, s.look())
	broken := errors.New("broken")
	s.hired(0, broken, false)
	assert.Equal(t, &RollError{Replaced: 1, Old: 1, Err: broken}, <-done)
	assert.Empty(t, s.pass(time.Hour), "both stay")

	s.down(1, 1)
	s.members[1].standing = vacant
	s.changed = true
	assert.Equal(t, []string{"hire 0"}, s.look())
	assert.Zero(t, s.members[0].version, "of what worked before")
	require.NoError(t, s.startRoll(1, done))
	assert.Equal(t, 2, s.roll.version)
}

func TestCrewRestsAfterAFailedStart(t *testing.T) {
	s := newStaff(t, Spec{Size: 1})
	done := make(chan error, 1)
	require.NoError(t, s.setSize(2, done))
	assert.Equal(t, []string{"hire 1"}, s.look())
	broken := errors.New("broken")
	for pause := firstRest; pause <= 4*firstRest; pause *= 2 {
		s.hired(1, broken, false)
		assert.Empty(t, s.pass(pause-1))
		assert.Equal(t, s.now.Add(1), s.wake)
		assert.Equal(t, []string{"hire 1"}, s.pass(1))
	}
	assert.Equal(t, broken, <-done)
}

func TestSlotIsFreeWhenItsMemberIsGone(t *testing.T) {
	s := newStaff(t, Spec{Size: 2, Numbers: 2})
	s.members[0].due, s.changed = true, true
	assert.Equal(t, []string{"dismiss 0"}, s.look(), "there is no number for the new one")
	assert.Empty(t, s.pass(time.Hour))
	s.left(0, false)
	assert.Equal(t, []string{"hire 0"}, s.look())
	assert.Empty(t, s.joined(0))

	s.members[1].due, s.changed = true, true
	assert.Equal(t, []string{"dismiss 1"}, s.look())
	s.left(1, true)
	assert.Empty(t, s.pass(time.Hour), "something of it may have the slot still")
	assert.ErrorIs(t, s.setSize(3, nil), ErrSize)
	assert.ErrorIs(t, s.setSize(0, nil), ErrSize)
}

func TestResizeIsDoneWhenTheOthersAreGone(t *testing.T) {
	s := newStaff(t, Spec{Size: 2})
	s.give(2)
	done := make(chan error, 1)
	require.NoError(t, s.setSize(1, done))
	assert.Empty(t, s.look(), "both are busy")
	assert.Equal(t, 1, s.count().surplus)
	gone := 0
	if s.members[1].standing == retiring {
		gone = 1
	}
	s.finish(gone, 1)
	assert.Equal(t, []string{"dismiss " + strconv.Itoa(gone)}, s.look())
	assert.Empty(t, done)
	s.left(gone, false)
	assert.Empty(t, s.look())
	assert.NoError(t, <-done)
}
