package process

import (
	"slices"
	"time"

	"brood/actors"
	"brood/actors/health"
)

// Inspect asks a process actor for the child's Status on Reply, which needs room
// for one.
type Inspect struct{ Reply chan<- Status }

// Status is what one child looks like at one moment, and over all its
// incarnations.
type Status struct {
	State State
	// PID is the OS process id of the current incarnation, 0 if none runs.
	PID int
	// Incarnation is the number of the current or last incarnation, and Restarts
	// how many there were after the first.
	Incarnation uint32
	Restarts    int
	// Started is when the current incarnation was, zero if none runs, and Uptime
	// how long ago that is.
	Started time.Time
	Uptime  time.Duration
	// LastActive is when it printed, answered a task, or passed a check last, in
	// any incarnation; zero: never.
	LastActive time.Time
	// LastExit is how the last incarnation that is over ended; nil: none is.
	LastExit *actors.Exit
	// Held is how many tasks it holds, and Answered how many it has answered in
	// all incarnations.
	Held     int
	Answered uint64
	// Tasks are those that it holds and whose callers wait for the answer, in the
	// order in which it got them.
	Tasks []HeldTask
	// Notified is what the current incarnation has said of itself.
	Notified health.Notified
	// Checks are those of the Spec, in its order.
	Checks []CheckStatus
}

// HeldTask is a task that a child holds.
type HeldTask struct {
	// ID, Key and Tag are the Task's.
	ID, Key string
	Tag     any
	// Attempts counts how often it was handed to a child, this time included.
	Attempts int
	// Since is when its pool handed it over; zero if it came from elsewhere.
	Since time.Time
}

// CheckStatus is what a check has found.
type CheckStatus struct {
	// Name is the check's.
	Name string
	// Track is its verdict on the current or last incarnation.
	health.Track
	// History are the last results, at most HistoryLength, over all
	// incarnations, the oldest first.
	History []health.Result
}

// State is where a child is in its life, in a word.
type State uint8

// The states.
const (
	// NotStarted: there was no incarnation yet.
	NotStarted State = iota
	// Starting: the process is being started, or its readiness is not proven.
	Starting
	// Ready: it is ready for work. No check has come to a verdict.
	Ready
	// Healthy: it is ready, and all checks find it healthy.
	Healthy
	// Unhealthy: a check that is ReportOnly finds it unhealthy.
	Unhealthy
	// Suspended: it was ready, and a signal or a debugger has stopped it.
	Suspended
	// Stopping: it was asked to end, is being ended, or said that it is ending.
	Stopping
	// Restarting: it has ended, and its supervisor has not started it again yet.
	Restarting
	// Ended: it has ended and is not started again.
	Ended
)

// String returns the state in a word or two.
func (s State) String() string {
	return [...]string{"not started", "starting", "ready", "healthy", "unhealthy", "suspended", "stopping", "restarting",
		"ended"}[min(s, Ended)]
}

// status is the answer to Inspect.
func (c *child) status() Status {
	s := Status{
		State:       c.stateInAWord(),
		Incarnation: c.state.incarnation,
		Restarts:    max(int(c.state.incarnation)-1, 0),
		LastActive:  c.lastActive(),
		Held:        c.tasks.held.len(),
		Answered:    c.tasks.answered,
	}
	c.tasks.held.all(func(e *held) bool {
		if call := e.call; call != nil && e.gaveUp == nil {
			s.Tasks = append(s.Tasks, HeldTask{
				ID: call.Task.ID, Key: call.Task.Key, Tag: call.Task.Tag, Attempts: call.Attempts, Since: call.Pool.Handed,
			})
		}
		return true
	})
	if c.past != nil {
		s.LastExit = c.past.lastExit
	}
	if c.run != nil && !c.run.started.IsZero() {
		s.PID = c.run.conn.PID()
		s.Started, s.Uptime = c.run.started, time.Since(c.run.started)
		if c.run.watch != nil {
			s.Notified = c.run.watch.child.Notified()
		}
	}
	for i, r := range c.records() {
		s.Checks = append(s.Checks, CheckStatus{
			Name: c.spec.Health[i].Name, Track: r.track, History: slices.Clone(r.history),
		})
	}
	return s
}

// lastActive is when the child did something that shows that it lives.
func (c *child) lastActive() time.Time {
	var last time.Time
	if c.past != nil {
		last = c.past.active
	}
	if c.run == nil {
		return last
	}
	shown := max(time.Duration(c.run.printed.Load()), c.run.answered)
	if at := c.run.started.Add(shown); shown > 0 && at.After(last) {
		last = at
	}
	return last
}

func (c *child) stateInAWord() State {
	switch c.state.phase {
	case idle:
		if c.state.incarnation == 0 {
			return NotStarted
		}
		return Restarting
	case spawning, starting:
		return Starting
	case running:
		return c.health()
	}
	return Stopping
}

// health sums up the verdicts on a child that is ready.
func (c *child) health() State {
	if c.run.watch != nil && !c.run.watch.child.Notified().Stopping.IsZero() {
		return Stopping
	}
	healthy := 0
	for _, r := range c.records() {
		switch r.track.Verdict {
		case health.Unhealthy:
			return Unhealthy
		case health.Healthy:
			healthy++
		}
	}
	if healthy > 0 && healthy == len(c.records()) {
		return Healthy
	}
	return Ready
}
