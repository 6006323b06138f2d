package runtime

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"brood/actors"
	"brood/actors/pool"
)

// Report tells how a shutdown went: what ended how, how long each took, who
// survived, which tasks were not done.
type Report struct {
	// Began is when nothing was accepted any more. Zero: there was no shutdown
	// yet.
	Began time.Time
	// Drained is how long it took until everything that had been accepted was
	// done, or the time for that was over.
	Drained time.Duration
	// Took is how long all of it took, 0 while it goes on.
	Took time.Duration
	// Services are what the program had started (processes, pools, actors,
	// commands), in the order in which they were stopped.
	Services []ServiceEnd
	// Children are the OS processes that ended since Began, in that order.
	Children []ChildEnd
	// Undone are the tasks that had been accepted and were not done, for any
	// reason but that their submitter gave them up.
	Undone []UndoneTask
}

// ServiceEnd tells how one service was stopped.
type ServiceEnd struct {
	Name string
	// Took is the time from its request to end to its end.
	Took time.Duration
	// Err says what did not go as it should; nil if all did.
	Err error
}

// ChildEnd tells how one child ended.
type ChildEnd struct {
	// Child is what Children told of it.
	Child
	// After is how long after Began it was gone, with all its output delivered.
	After time.Duration
	// Exit is how it ended. Exit.Survivors are who is left of its tree.
	Exit actors.Exit
}

// UndoneTask is a task that was accepted and not done.
type UndoneTask struct {
	// Pool is the name of the pool or router that had it.
	Pool string
	// Tag is the task's.
	Tag any
	// Attempts counts how often it was handed to a worker.
	Attempts int
	// Err is what it was answered with: it tells whether the task may have run.
	Err error
}

// Survivors are the processes that were left behind.
func (r Report) Survivors() []int {
	var pids []int
	for _, c := range r.Children {
		pids = append(pids, c.Exit.Survivors...)
	}
	return pids
}

// String tells the report on some lines, for a log.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "shutdown took %s (drained in %s)\n", round(r.Took), round(r.Drained))
	for _, s := range r.Services {
		fmt.Fprintf(&b, "  %s: %s", s.Name, round(s.Took))
		if s.Err != nil {
			fmt.Fprintf(&b, ": %v", s.Err)
		}
		b.WriteByte('\n')
	}
	for _, c := range r.Children {
		fmt.Fprintf(&b, "  %s[%d] after %s: %s\n", c.Name, c.PID, round(c.After), c.Exit)
	}
	for _, u := range r.Undone {
		fmt.Fprintf(&b, "  task of %s not done: %v\n", u.Pool, u.Err)
	}
	return b.String()
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// Report tells how the shutdown went, or how it has gone until now.
func (rt *Runtime) Report() Report {
	return rt.reporting.copy()
}

// reporting is a report that is being made.
type reporting struct {
	mu     sync.Mutex
	report Report
}

func (r *reporting) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Began = time.Now()
}

func (r *reporting) drained() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Drained = time.Since(r.report.Began)
}

func (r *reporting) over() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Took = time.Since(r.report.Began)
}

func (r *reporting) service(end ServiceEnd) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Services = append(r.report.Services, end)
}

// child and undone note nothing before the shutdown.
func (r *reporting) child(child Child, exit actors.Exit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.report.Began.IsZero() {
		r.report.Children = append(r.report.Children, ChildEnd{child, time.Since(r.report.Began), exit})
	}
}

func (r *reporting) undone(poolName string, task pool.Undone) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.report.Began.IsZero() {
		r.report.Undone = append(r.report.Undone, UndoneTask{
			Pool: poolName, Tag: task.Tag, Attempts: task.Attempts, Err: task.Err,
		})
	}
}

func (r *reporting) copy() Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.report
	c.Services = slices.Clone(c.Services)
	c.Children = slices.Clone(c.Children)
	c.Undone = slices.Clone(c.Undone)
	return c
}
