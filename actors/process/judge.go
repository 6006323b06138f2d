package process

import (
	"errors"
	"fmt"
	"time"

	"brood/actors"
	"brood/actors/health"
	"brood/telemetry"
)

// record is what is remembered of a check.
type record struct {
	track   health.Track    // of the current incarnation, or the last one
	history []health.Result // oldest first, over all incarnations
}

// past is what is remembered of a child over its incarnations.
type past struct {
	records  []record     // as Spec.Health
	active   time.Time    // when a former incarnation, or a check, showed life last
	lastExit *actors.Exit // of the last incarnation that is over; nil: none is
}

func (c *child) remember() *past {
	if c.past == nil {
		c.past = &past{records: make([]record, len(c.spec.Health))}
	}
	return c.past
}

// records are those of the checks; none before there was an incarnation.
func (c *child) records() []record {
	if c.past == nil {
		return nil
	}
	return c.past.records
}

// HistoryLength is how many results of a check are remembered.
const HistoryLength = 16

func (r *record) add(result health.Result) {
	if len(r.history) == HistoryLength {
		r.history = r.history[:copy(r.history, r.history[1:])]
	}
	r.history = append(r.history, result)
}

// forgetVerdicts begins a new incarnation.
func (c *child) forgetVerdicts() {
	for i := range c.spec.Health {
		c.remember().records[i].track = health.Track{}
	}
}

// probed takes the result of a check, and ends a child that it makes unhealthy.
func (c *child) probed(m *probed) {
	if c.state.phase != running {
		return // nobody wonders about one that is being ended
	}
	check, record := c.spec.Health[m.check], &c.past.records[m.check]
	result := c.excuse(m.result)
	before := record.track.Verdict
	record.track = check.Judge(record.track, result, result.At.Sub(c.run.watch.readyAt))
	record.add(result)
	if result.Err == nil {
		c.past.active = result.At.Add(result.Took)
	}
	after := record.track.Verdict
	c.recordProbe(check.Name, result, before, after)
	if after != health.Unhealthy || check.ReportOnly {
		return
	}
	err := &health.UnhealthyError{Check: check.Name, Failures: record.track.Failures, Last: result}
	c.step(event{kind: evUnhealthy, err: err, gentle: err.Reacts()})
}

// excuse takes a failure of a child that said that it is ending for what it is,
// until the time that it would have to end has passed.
func (c *child) excuse(result health.Result) health.Result {
	stopping := c.run.watch.child.Notified().Stopping
	if result.Err == nil || stopping.IsZero() || time.Since(stopping) > c.limits.patience() {
		return result
	}
	result.Err = fmt.Errorf("%w: it said STOPPING=1: %w", health.ErrInconclusive, result.Err)
	return result
}

// patience is how long a child may take to end.
func (l limits) patience() time.Duration {
	if l.grace > 0 {
		return l.grace
	}
	return l.plan.Time()
}

// recordProbe records what is worth it: failures, and changes of a verdict.
func (c *child) recordProbe(name string, result health.Result, before, after health.Verdict) {
	failed := result.Err != nil && !errors.Is(result.Err, health.ErrInconclusive)
	if !failed && before == after || !c.spec.Telemetry.Enabled() {
		return
	}
	c.spec.Telemetry.Record(c.run.cause, telemetry.HopProbe, name, result.At, result.At.Add(result.Took), result.Err,
		telemetry.Verdict(after.String()), telemetry.PID(c.run.conn.PID()), telemetry.Incarnation(c.state.incarnation))
}
