package pool

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors/process"
)

// staff is a crew on a clock that the test moves, with members that do what it is
// told.
type staff struct {
	*crew
	t     testing.TB
	begun time.Time
	wake  time.Time
}

func newStaff(t testing.TB, spec Spec) *staff {
	if spec.Size == 0 {
		spec.Size = spec.Scale.Start()
	}
	spec.random = func() float64 { return 0.5 }
	s := plainScheduler(spec.Size, max(spec.Prefetch, 1), 1000, 3)
	st := &staff{crew: newCrew(s, &spec), t: t, begun: time.Unix(1, 0)}
	st.now = st.begun
	for i := range spec.Size {
		st.up(i)
	}
	require.Empty(t, st.look())
	return st
}

// up starts a member's next incarnation.
func (s *staff) up(i int) {
	run := s.members[i].incarnation + 1
	s.started(i, run, 1)
	s.ready(i, run)
}

// look has the crew decide, and returns the orders in words.
func (s *staff) look() (said []string) {
	orders, wake := s.decide()
	s.wake = wake
	for _, o := range orders {
		said = append(said, fmt.Sprintf("%s %d", map[deed]string{hire: "hire", dismiss: "dismiss"}[o.deed], o.member))
	}
	return said
}

// pass moves the clock.
func (s *staff) pass(d time.Duration) []string {
	s.now = s.now.Add(d)
	return s.look()
}

// give has the pool accept so many tasks, and hands out what it can.
func (s *staff) give(n int) {
	for range n {
		_, err := s.accept(&process.Call{})
		require.NoError(s.t, err)
	}
	for call, _ := s.next(); call != nil; call, _ = s.next() {
	}
}

func (s *staff) finish(i, n int) { s.freed(i, s.members[i].incarnation, n, 0) }

// joined says that the member that is being hired is there.
func (s *staff) joined(i int) []string {
	s.up(i)
	s.hired(i, nil, false)
	return s.look()
}

func TestFixedCrewHasNothingToDo(t *testing.T) {
	s := newStaff(t, Spec{Size: 2})
	s.give(5)
	assert.False(t, s.needsLook(s.wake))
	assert.Zero(t, s.wake)
	s.down(0, 1)
	assert.Empty(t, s.pass(time.Hour), "who is being restarted is not replaced")
}

func TestCrewGrowsWhenTasksWaitAndShrinksWhenIdle(t *testing.T) {
	s := newStaff(t, Spec{Scale: Scale{Min: 1, Max: 3, UpAfter: time.Second, DownAfter: time.Minute}})
	s.give(3)
	assert.True(t, s.needsLook(s.wake))
	assert.Empty(t, s.look())
	assert.Equal(t, s.now.Add(time.Second), s.wake)
	assert.False(t, s.needsLook(s.wake))
	assert.Equal(t, []string{"hire 1"}, s.pass(time.Second))
	assert.Empty(t, s.pass(time.Second/2))
	assert.Equal(t, []string{"hire 2"}, s.pass(time.Second/2), "two wait, one is being started")
	assert.Empty(t, s.pass(time.Minute), "no more than Max")
	assert.Empty(t, s.joined(1))
	assert.Empty(t, s.joined(2))
	s.give(0)
	assert.Zero(t, s.length)
	s.finish(2, 1)
	assert.Empty(t, s.pass(time.Minute-1))
	assert.Equal(t, []string{"dismiss 2"}, s.pass(1))
	s.left(2, false)
	s.finish(0, 1)
	assert.Empty(t, s.look())
	assert.Equal(t, []string{"dismiss 0"}, s.pass(time.Minute), "the one that works stays")
	s.left(0, false)
	assert.Empty(t, s.look())
	s.finish(1, 1)
	assert.Empty(t, s.pass(time.Hour), "not below Min")
	assert.Zero(t, s.wake)
}

func TestCrewKeepsSpares(t *testing.T) {
	s := newStaff(t, Spec{Scale: Scale{Min: 1, Max: 3, Spares: 1, DownAfter: time.Minute}})
	assert.False(t, s.needsLook(s.wake))
	s.give(1)
	assert.True(t, s.needsLook(s.wake))
	assert.Equal(t, []string{"hire 1"}, s.look())
	assert.False(t, s.needsLook(s.wake))
	assert.Empty(t, s.joined(1))
	s.give(1)
	assert.Equal(t, []string{"hire 2"}, s.look())
	assert.Empty(t, s.joined(2))
	s.give(1)
	assert.False(t, s.needsLook(s.wake), "Max is reached")
	assert.Empty(t, s.pass(time.Minute))
	s.finish(0, 1)
	s.finish(1, 1)
	assert.Equal(t, []string{"dismiss 0"}, s.pass(time.Minute), "one is busy, one is spare")
}

func TestCrewRecycles(t *testing.T) {
	idle := Recycle{AfterIdle: time.Second}
	for name, c := range map[string]struct {
		recycle Recycle
		happens func(s *staff)
		before  time.Duration // it is not due at first, and then it is
	}{
		"tasks":        {Recycle{AfterTasks: 1}, func(s *staff) { s.give(1); s.finish(0, 1) }, 0},
		"age":          {Recycle{AfterAge: time.Hour, Jitter: time.Minute}, func(*staff) {}, time.Hour + time.Minute/2},
		"idle":         {idle, func(s *staff) { s.give(1); s.finish(0, 1) }, time.Second},
		"memory":       {Recycle{MemoryBytes: 100}, func(s *staff) { s.sampled(0, 1, 100); s.sampled(0, 1, 101) }, 0},
		"other memory": {Recycle{MemoryBytes: 100}, func(s *staff) { s.sampled(0, 2, 101); s.sampled(0, 1, -1); s.due(0) }, 0},
		"growth": {Recycle{GrowthBytes: 50, GrowthTasks: 1}, func(s *staff) {
			s.sampled(0, 1, 1) // before its first task
			s.give(1)
			s.finish(0, 1)
			s.sampled(0, 1, 100)
			s.sampled(0, 1, 150)
			require.False(s.t, s.members[0].due)
			s.sampled(0, 1, 151)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStaff(t, Spec{Size: 1, Recycle: c.recycle})
			c.happens(s)
			if c.before > 0 {
				assert.Empty(t, s.look())
				assert.Equal(t, s.now.Add(c.before), s.wake)
				assert.Empty(t, s.pass(c.before-1))
			}
			if spent := s.members[0].spent; spent {
				assert.Equal(t, []string{"dismiss 0", "hire 1"}, s.look(), "it is of no use any more")
				return
			}
			assert.Equal(t, []string{"hire 1"}, s.pass(min(c.before, 1)))
			s.give(1)
			assert.Empty(t, s.joined(1), "the old one is busy")
			s.finish(0, 1)
			assert.Equal(t, []string{"dismiss 0"}, s.look())
			assert.EqualValues(t, 1, s.replaced)
			s.left(0, false)
			assert.Empty(t, s.look())
		})
	}
	s := newStaff(t, Spec{Size: 1, Recycle: idle})
	assert.Empty(t, s.pass(time.Hour), "one that has done nothing has nothing to get rid of")
}

func (s *staff) due(i int) {
	require.False(s.t, s.members[i].due)
	s.members[i].due = true
}

// Who asks for fewer waits for those to go, too, who were just being hired.
func TestCrewShrinksWhileItGrows(t *testing.T) {
	s := newStaff(t, Spec{Size: 1})
	more, fewer := make(chan error, 1), make(chan error, 1)
	require.NoError(t, s.setSize(2, more))
	assert.Equal(t, []string{"hire 1"}, s.look())
	require.NoError(t, s.setSize(1, fewer))
	assert.Empty(t, s.look())
	assert.ErrorIs(t, <-more, ErrSize)
	require.Empty(t, fewer)
	require.Len(t, s.joined(1), 1)
	require.Empty(t, fewer)
	for i := range 2 {
		s.left(i, false)
	}
	assert.Empty(t, s.look())
	assert.NoError(t, receive(t, fewer))
}
