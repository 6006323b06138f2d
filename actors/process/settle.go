package process

import (
	"cmp"
	"slices"

	"brood/actors"
)

// settle ends or returns every call that the incarnation still holds.
func (c *child) settle(exit actors.Exit) {
	c.reportSlots()
	back := &Returned{Member: c.spec.Member, Incarnation: c.state.incarnation, Exit: exit}
	c.tasks.held.all(func(e *held) bool {
		if e.call != nil {
			c.settleOne(e, back)
		}
		return true
	})
	for _, p := range c.tasks.pings {
		p.reply.fail(c, &actors.Ping{}, actors.ErrNotRunning)
	}
	c.tasks.overdue.Stop()
	c.tasks.clock.alarm.Stop()
	c.tasks = tasks{lastID: c.tasks.lastID, lastPing: c.tasks.lastPing, answered: c.tasks.answered}
	if len(back.MayHaveRun)+len(back.NotRun) > 0 {
		c.toPool(back)
	}
}

func (c *child) settleOne(e *held, back *Returned) {
	mayHaveRun := c.mayHaveRun(e)
	if e.gaveUp != nil {
		c.answerGivenUp(e, stageOf(mayHaveRun))
		return
	}
	call := e.call
	if call.Stream != nil && call.Stream.detach() {
		mayHaveRun = true
	}
	err := &actors.WorkerExitedError{MayHaveRun: mayHaveRun, Attempts: call.Attempts, Exit: back.Exit}
	call.exchange.End(err)
	switch {
	case !call.Pooled:
		call.Answer(c.system, actors.Result{Err: err, Worker: back.Exit.PID})
	case mayHaveRun:
		back.MayHaveRun = append(back.MayHaveRun, call)
	default:
		call.Attempts--
		back.NotRun = append(back.NotRun, call)
	}
}

// reportSlots tells the pool once a turn how many calls have ended, and what was
// given back.
func (c *child) reportSlots() {
	if len(c.tasks.givenBack) > 0 {
		c.reportGivenBack()
	}
	if c.tasks.freed == 0 {
		return
	}
	if c.spec.Pool == nil {
		c.tasks.freed = 0
		return
	}
	m := freedPool.Get().(*Freed)
	took := m.Took[:0] // the two keep each other's memory
	*m = Freed{
		Member: c.spec.Member, Incarnation: c.state.incarnation, N: c.tasks.freed,
		Pace: c.run.wire.pace, Took: c.tasks.took, Keys: c.tasks.counted.take(),
	}
	c.tasks.took = took
	c.toPool(m)
	c.tasks.freed = 0
}

func (c *child) reportGivenBack() {
	slices.SortFunc(c.tasks.givenBack, func(a, b *held) int { return cmp.Compare(a.id, b.id) })
	m := &GivenBack{Member: c.spec.Member, Incarnation: c.state.incarnation}
	for _, e := range c.tasks.givenBack {
		m.Calls = append(m.Calls, e.call)
	}
	c.tasks.givenBack = nil
	c.toPool(m)
}
