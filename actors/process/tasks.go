package process

import (
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/internal/alarm"
	"brood/actors/protocol"
	"brood/ptyio/codec"
	"brood/telemetry"
)

// tasks are the calls that the child holds, and what else it was asked.
type tasks struct {
	held      holding
	lastID    uint64          // of tasks, over all incarnations
	handled   uint64          // the newest that the child's handler has answered
	answered  uint64          // how many, over all incarnations
	freed     int             // calls that ended, since the pool was told
	took      []time.Duration // of the tasks that freed them
	givenBack []*held         // since the pool was told
	counted   countedKeys
	cancelled []tombstone
	overdue   alarm.Alarm
	overdueAt time.Time // when it rings, if it is pending
	clock     runClock
	pings     map[uint64]ping
	lastPing  uint64 // over all incarnations
}

type ping struct {
	reply reply
	sent  time.Time
}

// takeAll begins a chain of calls.
func (c *child) takeAll(first *Call) {
	for call := range first.Chain() {
		c.take(call)
	}
}

// take begins a call: its frame joins what this turn writes.
func (c *child) take(call *Call) {
	if err := c.canTake(call); err != nil {
		c.refuse(call, err)
		return
	}
	id, before := c.tasks.lastID+1, c.run.wire.out.added
	call.Attempts++
	c.startExchange(call, id)
	err := c.send(protocol.Message{
		Kind:     protocol.Task,
		Streamed: call.Stream != nil,
		ID:       id,
		Trace:    call.traceContext(),
		Payload:  call.Task.Payload,
	})
	if err != nil {
		call.exchange.End(err)
		call.Attempts--
		c.tasks.freed++
		if call.Pool.Counted {
			c.tasks.counted.freed = append(c.tasks.counted.freed, call.Task.Key)
		}
		call.Answer(c.system, actors.Result{Err: tooLarge(err)})
		return
	}
	c.tasks.lastID = id
	end := c.run.wire.out.added
	c.tasks.held.add(held{id: id, call: call, end: end, size: int(end - before)})
	if call.Pool.Counted {
		c.tasks.counted.hold(id, call.Task.Key)
	}
	if call.Stream != nil {
		c.openStream(call, id)
	}
}

// release takes a call that was answered, now or early, off what the child holds.
func (c *child) release(e *held) {
	c.tasks.freed++
	if len(c.tasks.counted.held) > 0 {
		c.tasks.counted.free(e.id)
	}
	c.tasks.held.remove(e)
}

// takeDirect begins a task that an actor sent without a pool.
func (c *child) takeDirect(task *actors.Task, sender *actor.PID) {
	call := &Call{Task: *task, ReplyTo: sender, Done: make(chan actors.Result, 1)}
	if task.Timeout > 0 {
		late := &Cancel{Call: call, Err: &actors.TaskTimeoutError{Limit: task.Timeout}}
		call.Pool.Timeout = time.AfterFunc(task.Timeout, func() { c.system.Root.Send(c.self, late) })
	}
	c.take(call)
}

func (c *child) canTake(call *Call) error {
	if !call.Pooled { // else it has been asked
		if late := call.Overdue(); late != nil {
			return late
		}
	}
	switch {
	case c.spec.Protocol == nil:
		return actors.ErrNoProtocol
	case c.state.phase != running:
		return actors.ErrNotRunning
	case c.retiring != nil:
		return actors.ErrNotRunning
	case call.Pooled && call.Pool.Incarnation != c.state.incarnation:
		// It was meant for one that is over: the pool does not count it here.
		return actors.ErrNotRunning
	case c.tasks.held.len() >= c.spec.Prefetch:
		return actors.ErrBusy
	}
	return nil
}

// refuse gives a call back untouched: to its pool, which knows what else to do
// with it, or to its sender.
func (c *child) refuse(call *Call, err error) {
	if call.Pooled {
		c.toPool(&Returned{Member: c.spec.Member, Incarnation: call.Pool.Incarnation, NotRun: []*Call{call}})
		return
	}
	call.Answer(c.system, actors.Result{Err: err})
}

// tooLarge names the codec's refusal in the words of package actors.
func tooLarge(err error) error {
	if errors.Is(err, codec.ErrTooLarge) {
		return fmt.Errorf("%w: task payload: %w", actors.ErrTooLarge, err)
	}
	return err
}

// send adds a message to what this turn writes to the child.
func (c *child) send(m protocol.Message) error {
	m.Incarnation = c.state.incarnation
	c.run.wire.sending = m // a place that is there already: a pointer to m would cost an allocation
	out := &c.run.wire.out
	before := len(out.buf)
	buf, err := c.run.wire.encoder.Encode(out.buf, &c.run.wire.sending)
	c.run.wire.sending.Payload = nil
	if err != nil {
		return err
	}
	out.buf = buf
	out.added += uint64(len(buf) - before)
	if rings(m.Kind) {
		c.run.wire.toRing++
	}
	return nil
}

func (c *child) startExchange(call *Call, id uint64) {
	if !c.spec.Telemetry.Enabled() {
		return
	}
	cause := call.Cause()
	if !c.spec.Telemetry.Records(cause) {
		return
	}
	call.exchange = c.spec.Telemetry.Start(cause, telemetry.HopExchange, c.spec.Name,
		telemetry.TaskID(id), telemetry.Attempt(call.Attempts),
		telemetry.PID(c.run.conn.PID()), telemetry.Incarnation(c.state.incarnation))
}

func (c *child) toPool(message any) {
	if c.spec.Pool != nil {
		c.system.Root.Send(c.spec.Pool, message)
	}
}
