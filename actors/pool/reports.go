package pool

import "brood/actors/process"

// stats tells what the pool looks like.
func (p *pool) stats() Stats {
	s := p.crew.stats()
	s.Queued += len(p.scheduler.resting)
	s.Outcomes = p.outcomes()
	return s
}

func (p *pool) outcomes() Outcomes {
	t := &p.tally
	return Outcomes{
		Submitted:    p.tasks,
		Done:         t.Sum(process.OutcomeDone),
		Failed:       t.Sum(process.OutcomeFailed),
		QueueFull:    t.Sum(process.OutcomeQueueFull),
		PushedOut:    t.Sum(process.OutcomePushedOut),
		LateInQueue:  t.Sum(process.OutcomeLateInQueue),
		LateInStart:  t.Sum(process.OutcomeLateInStart),
		LateInRun:    t.Sum(process.OutcomeLateInRun),
		Cancelled:    t.Sum(process.OutcomeCancelled),
		WorkerExited: t.Sum(process.OutcomeWorkerExited),
		Poison:       t.Sum(process.OutcomePoison),
		Stopping:     t.Sum(process.OutcomeStopping),
		Other:        t.Sum(process.OutcomeOther),
	}
}
