package pool

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// hall is a pool whose members are plain actors that do what a test says.
type hall struct {
	t      testing.TB
	system *actor.ActorSystem
	pid    *actor.PID
	client *Client
	seats  []*seat
}

// seat is one member. What the pool sends it waits in its channels, which have
// room for more than any test sends.
type seat struct {
	hall    *hall
	index   int
	run     uint32
	pid     *actor.PID
	calls   chan *process.Call
	cancels chan *process.Cancel
	// all, if not nil, gets both instead, in order, and each call with its epoch.
	all chan any
}

// handed is a call as it was when it came.
type handed struct {
	call  *process.Call
	epoch uint64
}

func (s *seat) Receive(ctx actor.Context) {
	if all, ok := ctx.Message().(chan any); ok {
		s.all = all
	}
	if s.all != nil {
		s.note(ctx.Message())
		return
	}
	switch m := ctx.Message().(type) {
	case *process.Call:
		for call := range m.Chain() {
			call.Attempts++
			s.calls <- call
		}
	case *process.Cancel:
		s.cancels <- m
	}
}

func (s *seat) note(message any) {
	switch m := message.(type) {
	case *process.Call:
		for call := range m.Chain() {
			call.Attempts++
			s.all <- handed{call, call.Epoch()}
		}
	case *process.Cancel:
		s.all <- m
	}
}

// open starts a pool; its members are not ready yet.
func open(t testing.TB, spec Spec) *hall {
	t.Helper()
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.NewTextHandler(io.Discard, nil))
	}))
	spec.Name = "hall"
	props, err := spec.Props()
	require.NoError(t, err)
	h := &hall{t: t, system: system, pid: system.Root.Spawn(props)}
	h.client = NewClient(system, h.pid, spec.Name, nil)
	for i := range spec.Size {
		s := &seat{hall: h, index: i, calls: make(chan *process.Call, 1<<12), cancels: make(chan *process.Cancel, 1<<12)}
		s.pid = system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return s }))
		h.seats = append(h.seats, s)
	}
	t.Cleanup(func() {
		require.NoError(t, system.Root.StopFuture(h.pid).Wait())
		for _, s := range h.seats {
			require.NoError(t, system.Root.StopFuture(s.pid).Wait())
		}
	})
	return h
}

func (h *hall) send(message any) { h.system.Root.Send(h.pid, message) }

func (s *seat) emit(event any) { s.hall.send(&process.MemberEvent{Member: s.index, Event: event}) }

// begin starts the next incarnation and makes it ready.
func (s *seat) begin() {
	s.run++
	s.emit(&actors.Started{Who: s.pid, Incarnation: s.run, PID: 100 + s.index})
	s.emit(&actors.Ready{Who: s.pid, Incarnation: s.run})
}

// die ends the incarnation while it holds these calls.
func (s *seat) die(mayHaveRun ...*process.Call) {
	s.hall.send(&process.Returned{Member: s.index, Incarnation: s.run, MayHaveRun: mayHaveRun, Exit: killed})
	s.emit(&actors.Down{Who: s.pid, Incarnation: s.run, Exit: killed})
}

// holds waits for a call with this payload.
func (s *seat) holds(payload string) *process.Call {
	s.hall.t.Helper()
	call := receive(s.hall.t, s.calls)
	require.Equal(s.hall.t, payload, string(call.Task.Payload))
	return call
}

// answer answers a call as a child does, and frees its slot.
func (s *seat) answer(call *process.Call, payload string) {
	call.Answer(s.hall.system, actors.Result{Payload: []byte(payload), Worker: 100 + s.index})
	s.free()
}

func (s *seat) free() { s.hall.send(&process.Freed{Member: s.index, Incarnation: s.run, N: 1}) }

// submit submits a task and returns where its answer comes.
func (h *hall) submit(ctx context.Context, task actors.Task) <-chan actors.Result {
	before := h.total()
	answer := make(chan actors.Result, 1)
	go func() {
		result, err := h.client.Submit(ctx, task)
		if result.Err != err {
			h.t.Errorf("two errors: %v and %v", result.Err, err)
		}
		answer <- result
	}()
	require.Eventually(h.t, func() bool { return h.total() > before || len(answer) > 0 }, 10*time.Second, time.Millisecond/10)
	return answer
}

// total counts the calls that the pool has.
func (h *hall) total() int { s := h.stats(); return s.Queued + s.Held }

func (h *hall) stats() Stats {
	reply := make(chan Stats, 1)
	h.send(&Inspect{Reply: reply})
	return receive(h.t, reply)
}

// untimed takes away what depends on the clock.
func untimed(s Stats) Stats {
	s.Oldest, s.Wait, s.Run, s.Start, s.Utilisation = 0, Times{}, Times{}, Times{}, 0
	for i := range s.Workers {
		s.Workers[i].Busy, s.Workers[i].BusyTotal = 0, 0
	}
	return s
}

func (h *hall) drain() <-chan struct{} {
	done := make(chan struct{}, 1)
	h.send(&Drain{Done: done})
	return done
}

func task(payload string) actors.Task { return actors.Task{Payload: []byte(payload)} }

// receive waits for something that must come.
func receive[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		var none T
		require.FailNow(t, "waited in vain")
		return none
	}
}
