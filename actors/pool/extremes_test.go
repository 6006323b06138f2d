package pool

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
)

// Who asks for all at once gets it.
func TestRollOfAnyNumberAtOnce(t *testing.T) {
	s := newStaff(t, Spec{Size: 2})
	require.NoError(t, s.startRoll(math.MaxInt, make(chan error, 1)))
	assert.Equal(t, []string{"hire 2", "hire 3"}, s.look())
}

// An age that is never reached is not passed for its jitter.
func TestAgeWithoutEnd(t *testing.T) {
	s := newStaff(t, Spec{Size: 1, Recycle: Recycle{AfterAge: math.MaxInt64, Jitter: time.Minute}})
	assert.Empty(t, s.pass(100*365*24*time.Hour))
}

// Members of any depth that are being started are waited for.
func TestScaleWithAnyPrefetch(t *testing.T) {
	s := newStaff(t, Spec{Size: 1, Prefetch: math.MaxInt, Scale: Scale{Min: 1, Max: 9, UpAfter: time.Second}})
	s.members[0].ready = false
	s.setTarget(3)
	require.Len(t, s.look(), 2)
	s.give(5)
	require.Equal(t, 5, s.length)
	assert.Empty(t, s.pass(time.Second))
}

func (s *staff) setTarget(n int) { s.target, s.changed = n, true }

func TestSizeIsBounded(t *testing.T) {
	for name, spec := range map[string]Spec{
		"pool: Size is 65537, want at most 65536":      {Size: MaxSize + 1},
		"pool: Scale.Max is 65537, want at most 65536": {Size: 1, Scale: Scale{Min: 1, Max: MaxSize + 1}},
	} {
		_, err := spec.Props()
		assert.ErrorContains(t, err, name)
	}
	s := newStaff(t, Spec{Size: 1})
	assert.ErrorIs(t, s.setSize(MaxSize+1, nil), ErrSize)
}

// Time that a submitter has worked out and that is less than none is not time
// without end.
func TestClockThatIsOverAlready(t *testing.T) {
	h := open(t, Spec{Size: 1})
	h.seats[0].begin()
	for name, task := range map[string]actors.Task{
		"Timeout":      {Timeout: -short},
		"QueueTimeout": {QueueTimeout: -short, Timeout: time.Hour},
		"StartTimeout": {StartTimeout: -short, ID: "joins"},
		"RunTimeout":   {RunTimeout: -short},
	} {
		result, err := h.client.Submit(t.Context(), task)
		assert.Equal(t, &actors.TaskTimeoutError{Stage: actors.StageDoor, Limit: -short}, err, name)
		assert.Zero(t, result.Attempts, name)
	}
	assert.Empty(t, h.seats[0].calls)
	assert.Equal(t, Outcomes{Submitted: 4, LateInQueue: 4}, h.stats().Outcomes)
	receive(t, h.drain())
}
