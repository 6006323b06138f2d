package mailbox

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// turnMessages bounds a turn: however fast messages come, it ends, so that the
// actor gets to do what it does at its end.
const turnMessages = 256

// EndOfTurn is delivered as a user message after the other messages of a turn.
type EndOfTurn struct{}

const (
	idle int32 = iota
	running
)

// inlineTurns is how many turns in a row a poster runs before a goroutine
// takes over: enough that a burst seldom needs one, few enough that a poster
// is not kept from its own work.
const inlineTurns = 8

// Batch is the mailbox. It is unbounded: what posts to it is bounded by its
// protocol (a pool's queue limit, output credits). Safe for concurrent use;
// Close is the owning actor's.
type Batch struct {
	invoker    actor.MessageInvoker
	dispatcher actor.Dispatcher
	state      atomic.Int32
	systems    atomic.Int32 // len(system), readable without the lock
	users      atomic.Int32 // user messages posted and not yet delivered

	mu     sync.Mutex
	system []any
	user   []any

	suspended atomic.Bool // set by the turn only

	// The rest belongs to the turn.
	gather  bool
	batch   []any
	next    int
	current any
	reject  func(message any)
}

var _ actor.Mailbox = (*Batch)(nil)

// Producer produces mailboxes.
func Producer() actor.Mailbox { return New() }

// New returns a mailbox.
func New() *Batch { return &Batch{} }

// Owner is an actor that wants to know its mailbox, so that it can close it.
// It is told before its first message.
type Owner interface{ OwnMailbox(*Batch) }

// RegisterHandlers is called by protoactor when the actor is spawned.
func (m *Batch) RegisterHandlers(invoker actor.MessageInvoker, dispatcher actor.Dispatcher) {
	m.invoker, m.dispatcher = invoker, dispatcher
	if context, ok := invoker.(actor.Context); ok {
		if owner, ok := context.Actor().(Owner); ok {
			owner.OwnMailbox(m)
		}
	}
}

// Start is called by protoactor when the actor is spawned.
func (m *Batch) Start() {}

// UserMessageCount returns how many user messages wait.
func (m *Batch) UserMessageCount() int { return int(m.users.Load()) }

// PostUserMessage adds a message and, if the mailbox is idle, runs a turn.
func (m *Batch) PostUserMessage(message any) {
	m.mu.Lock()
	m.user = append(m.user, message)
	m.mu.Unlock()
	m.users.Add(1)
	if m.state.CompareAndSwap(idle, running) {
		m.run(inlineTurns)
	}
}

// PostSystemMessage adds a system message. Its turn runs on a goroutine:
// system messages are posted from within protoactor's own bookkeeping, which
// must not be interrupted by a turn.
func (m *Batch) PostSystemMessage(message any) {
	m.mu.Lock()
	m.system = append(m.system, message)
	m.systems.Add(1)
	m.mu.Unlock()
	if m.state.CompareAndSwap(idle, running) {
		m.schedule()
	}
}

// Close hands every user message from now on, also those that wait, to reject
// instead of the actor. Only the actor itself may call it, within a turn.
func (m *Batch) Close(reject func(message any)) { m.reject = reject }

// Gather says whether a turn is to let other goroutines run once before it
// ends, so that what they are about to post becomes part of it: larger batches
// for the price of one scheduling round. Only the actor itself may call it,
// within a turn.
func (m *Batch) Gather(on bool) { m.gather = on }

func (m *Batch) schedule() {
	m.dispatcher.Schedule(func() { m.run(0) })
}

// run executes turns until nothing waits. turns bounds how many run here
// before a goroutine goes on; 0 means no bound.
func (m *Batch) run(turns int) {
	for done := 1; ; done++ {
		m.turn()
		m.state.Store(idle)
		if !m.waiting() || !m.state.CompareAndSwap(idle, running) {
			return
		}
		if done == turns {
			m.schedule()
			return
		}
		if turns == 0 {
			runtime.Gosched()
		}
	}
}

// waiting reports whether a turn would find something to do. A poster counts
// its message before it looks at the state, so that either it sees the state
// given up or the count is seen here.
func (m *Batch) waiting() bool {
	if m.systems.Load() > 0 {
		return true
	}
	return m.users.Load() > 0 && !m.suspended.Load()
}

func (m *Batch) turn() {
	defer func() {
		if reason := recover(); reason != nil {
			m.invoker.EscalateFailure(reason, m.current)
		}
	}()
	if !m.drain() {
		return
	}
	if m.gather {
		runtime.Gosched()
		m.drain()
	}
	m.deliver(EndOfTurn{})
}

// drain delivers what waits, system messages first, and reports whether it
// delivered a user message.
func (m *Batch) drain() (delivered bool) {
	for range turnMessages {
		if m.systems.Load() > 0 {
			m.drainSystem()
		}
		if m.suspended.Load() || !m.fill() {
			return delivered
		}
		message := m.batch[m.next]
		m.batch[m.next] = nil
		m.next++
		m.users.Add(-1)
		m.deliver(message)
		delivered = true
	}
	return delivered
}

func (m *Batch) deliver(message any) {
	m.current = message
	switch {
	case m.reject == nil:
		m.invoker.InvokeUserMessage(message)
	case message != any(EndOfTurn{}):
		m.reject(message)
	}
	m.current = nil
}

// fill makes sure that the batch has a next message. The two slices swap
// roles, so that a steady state allocates nothing.
func (m *Batch) fill() bool {
	if m.next < len(m.batch) {
		return true
	}
	if m.users.Load() == 0 {
		return false
	}
	m.mu.Lock()
	m.batch, m.user = m.user, m.batch[:0]
	m.mu.Unlock()
	m.next = 0
	return len(m.batch) > 0
}

// drainSystem takes the messages one by one, so that a panic in one of them
// loses none of the others.
func (m *Batch) drainSystem() {
	for m.systems.Load() > 0 {
		message := m.popSystem()
		switch message.(type) {
		case *actor.SuspendMailbox:
			m.suspended.Store(true)
		case *actor.ResumeMailbox:
			m.suspended.Store(false)
		default:
			m.current = message
			m.invoker.InvokeSystemMessage(message)
		}
	}
}

func (m *Batch) popSystem() any {
	m.mu.Lock()
	defer m.mu.Unlock()
	message := m.system[0]
	m.system[0] = nil
	m.system = m.system[1:]
	m.systems.Add(-1)
	return message
}
