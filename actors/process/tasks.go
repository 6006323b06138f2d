package process

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/internal/alarm"
	"brood/actors/protocol"
	"brood/ptyio/codec"
	"brood/telemetry"
)

// tasks are the calls that the child holds.
type tasks struct {
	// inflight holds nil for a call that was answered early: its slot is
	// taken until the child answers too.
	inflight  map[uint64]*Call
	pings     map[uint64]ping
	lastID    uint64 // of tasks and pings, over all incarnations
	answered  uint64 // tasks, over all incarnations
	freed     int    // slots, since the pool was told
	counted   countedKeys
	cancelled []tombstone
	overdue   alarm.Alarm
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

// countedKeys are the keys of calls that the pool counts by key.
type countedKeys struct {
	held  map[uint64]string // by id, also of calls that were answered early
	freed []string          // since the pool was told
}

func (k *countedKeys) hold(id uint64, key string) {
	if k.held == nil {
		k.held = map[uint64]string{}
	}
	k.held[id] = key
}

func (k *countedKeys) free(id uint64) {
	if key, counted := k.held[id]; counted {
		delete(k.held, id)
		k.freed = append(k.freed, key)
	}
}

// take returns what was freed, which the pool may keep.
func (k *countedKeys) take() []string {
	freed := k.freed
	k.freed = nil
	return freed
}

// take begins a call: its frame joins what this turn writes.
func (c *child) take(call *Call) {
	if err := c.canTake(call); err != nil {
		c.refuse(call, err)
		return
	}
	c.tasks.lastID++
	id := c.tasks.lastID
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
	if call.Pool.Counted {
		c.tasks.counted.hold(id, call.Task.Key)
	}
	call.end = c.run.wire.out.added
	if c.tasks.inflight == nil {
		c.tasks.inflight = map[uint64]*Call{}
	}
	c.tasks.inflight[id] = call
	if call.Stream != nil {
		c.openStream(call, id)
	}
}

// takeDirect begins a task that an actor sent without a pool.
func (c *child) takeDirect(task *actors.Task, sender *actor.PID) {
	call := &Call{Task: *task, ReplyTo: sender, Done: make(chan actors.Result, 1)}
	if task.Timeout > 0 {
		late := &Cancel{Call: call, Err: actors.ErrTaskTimeout}
		call.Pool.Timeout = time.AfterFunc(task.Timeout, func() { c.system.Root.Send(c.self, late) })
	}
	c.take(call)
}

func (c *child) canTake(call *Call) error {
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
	case len(c.tasks.inflight) >= c.spec.Prefetch:
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
	return nil
}

func (c *child) startExchange(call *Call, id uint64) {
	if !c.spec.Telemetry.Enabled() {
		return
	}
	call.exchange = c.spec.Telemetry.Start(call.Cause(), telemetry.HopExchange, c.spec.Name,
		telemetry.TaskID(id), telemetry.Attempt(call.Attempts),
		telemetry.PID(c.run.conn.PID()), telemetry.Incarnation(c.state.incarnation))
}

// settle ends or returns every call that the incarnation still holds.
func (c *child) settle(exit actors.Exit) {
	c.reportFreed()
	back := &Returned{Member: c.spec.Member, Incarnation: c.state.incarnation, Exit: exit}
	for _, id := range c.heldInOrder() {
		call := c.tasks.inflight[id]
		// What a flusher holds may be on its way into the pipe.
		mayHaveRun := call.end <= c.run.wire.out.written+uint64(c.run.wire.out.flying)
		if call.Stream != nil && call.Stream.detach() {
			mayHaveRun = true
		}
		err := &actors.WorkerExitedError{MayHaveRun: mayHaveRun, Attempts: call.Attempts, Exit: exit}
		call.exchange.End(err)
		switch {
		case !call.Pooled:
			call.Answer(c.system, actors.Result{Err: err, Worker: exit.PID})
		case mayHaveRun:
			back.MayHaveRun = append(back.MayHaveRun, call)
		default:
			back.NotRun = append(back.NotRun, call)
		}
	}
	for _, p := range c.tasks.pings {
		p.reply.fail(c, &actors.Ping{}, actors.ErrNotRunning)
	}
	c.tasks.overdue.Stop()
	c.tasks = tasks{lastID: c.tasks.lastID, answered: c.tasks.answered}
	if len(back.MayHaveRun)+len(back.NotRun) > 0 {
		c.toPool(back)
	}
}

// heldInOrder returns the ids of unanswered calls, oldest first.
func (c *child) heldInOrder() []uint64 {
	var ids []uint64
	for id, call := range c.tasks.inflight {
		if call != nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// reportFreed tells the pool once a turn how many slots have become free.
func (c *child) reportFreed() {
	if c.tasks.freed == 0 {
		return
	}
	if c.spec.Pool == nil {
		c.tasks.freed = 0
		return
	}
	m := freedPool.Get().(*Freed)
	*m = Freed{Member: c.spec.Member, Incarnation: c.state.incarnation, N: c.tasks.freed, Keys: c.tasks.counted.take()}
	c.toPool(m)
	c.tasks.freed = 0
}

func (c *child) toPool(message any) {
	if c.spec.Pool != nil {
		c.system.Root.Send(c.spec.Pool, message)
	}
}
