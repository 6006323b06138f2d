package pool

import "time"

// Stats is what a pool looks like at one moment.
type Stats struct {
	// Queued is how many tasks wait for a worker with room, or for their next
	// attempt.
	Queued int
	// AtDoor is how many wait for room in the queue (Wait).
	AtDoor int
	// Held is how many tasks the members hold.
	Held int
	// Oldest is how long ago the first of the tasks that wait was accepted; zero if
	// none waits.
	Oldest time.Duration
	// Paused says that no task is handed out.
	Paused bool
	// Size is how many workers there are to be now, and Min and Max its bounds.
	Size, Min, Max int
	// Replaced counts the workers that were replaced though they worked: by a roll,
	// on request, or as Recycle says.
	Replaced uint64
	// Wait is how long tasks waited in the queue, Run how long they then took until
	// they were answered, and Start how long workers took from when their process
	// ran until they were ready. Where a worker is handed more than one task at once,
	// Run includes the wait behind the others.
	Wait, Run, Start Times
	// Utilisation is the share of their time that the workers held tasks, from 0 to
	// 1: of the last minute, and the mean of them all.
	Utilisation float64
	// Workers are those that there are, by number. While some are replaced that is
	// more than Size.
	Workers []Worker
	// Outcomes counts the answers that tasks got.
	Outcomes Outcomes
}

// Worker is one member of a pool.
type Worker struct {
	// Number tells it from others. It is given to a later one when it has gone.
	Number int
	// PID is the OS process id of its child, 0 while none runs.
	PID int
	// Ready says that it takes tasks.
	Ready bool
	// Leaving says that it takes none any more, and ends when it holds none.
	Leaving bool
	// Held is how many tasks it holds.
	Held int
	// Done is how many tasks it has answered, over all incarnations.
	Done uint64
	// Restarts counts its incarnations after the first.
	Restarts int
	// Busy is the share of its time that it held tasks, from 0 to 1: of the last
	// minute; BusyTotal is that since it was first ready.
	Busy, BusyTotal float64
}

// oldest is when the first of those tasks that wait was accepted.
func (q *queue) oldest() (accepted time.Time, any bool) {
	look := func(l *lane) {
		for _, line := range l.lines.items {
			if line.head != nil && (!any || line.head.Pool.Accepted.Before(accepted)) {
				accepted, any = line.head.Pool.Accepted, true
			}
		}
	}
	look(&q.all)
	for _, l := range q.keys.lanes {
		look(l)
	}
	return accepted, any
}

// stats tells what the pool looks like.
func (c *crew) stats() Stats {
	s := Stats{
		Queued: c.length, AtDoor: c.atDoor, Held: c.held, Paused: c.paused,
		Size: c.target, Min: c.scale.Min, Max: c.scale.Max, Replaced: c.replaced,
		Wait: c.waits.times(), Run: c.runs.times(), Start: c.starts.times(),
	}
	if accepted, any := c.oldest(); any {
		s.Oldest = c.now.Sub(accepted)
	}
	for i := range c.members {
		m := &c.members[i]
		if m.standing == vacant || m.standing == lost {
			continue
		}
		w := Worker{
			Number: i, PID: m.pid, Ready: m.ready, Leaving: m.standing == retiring || m.standing == leaving,
			Held: m.held, Done: m.done, Restarts: m.restarts,
		}
		w.Busy, w.BusyTotal = m.meter.shares(c.now)
		s.Utilisation += w.Busy
		s.Workers = append(s.Workers, w)
	}
	if n := len(s.Workers); n > 0 {
		s.Utilisation /= float64(n)
	}
	return s
}
