package pool

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"brood/actors"
	"brood/actors/process"
)

// Callers leave, members die and answer, all at once: each call has one answer
// and nothing is left.
func TestCallersAndMembersThatComeAndGo(t *testing.T) {
	h := open(t, Spec{Size: 3, Prefetch: 2, QueueLimit: 16})
	stop := make(chan struct{})
	var members, callers sync.WaitGroup
	for i, s := range h.seats {
		all := make(chan any, 1<<12)
		h.system.Root.Send(s.pid, all)
		s.begin()
		members.Go(func() { s.live(all, rand.New(rand.NewPCG(uint64(i), 7)), stop) })
	}
	for i := range uint64(8) {
		callers.Go(func() {
			random := rand.New(rand.NewPCG(i, 8))
			for range 500 {
				ctx, cancel := context.WithCancel(t.Context())
				leave := time.AfterFunc(time.Duration(random.IntN(300))*time.Microsecond, cancel)
				task := actors.Task{Repeatable: random.IntN(2) == 0, Timeout: time.Duration(random.IntN(2)) * 200 * time.Microsecond}
				_, _ = h.client.Submit(ctx, task)
				leave.Stop()
				cancel()
			}
		})
	}
	callers.Wait()
	receive(t, h.drain())
	close(stop)
	members.Wait()
	assert.Zero(t, h.total())
}

// live is a member that answers, dies and starts again at random until stop.
func (s *seat) live(all <-chan any, random *rand.Rand, stop <-chan struct{}) {
	var held []handed
	for {
		select {
		case <-stop:
			return
		case message := <-all:
			switch m := message.(type) {
			case *process.Cancel:
				held = s.cancelled(m, held)
			case handed:
				held = s.take(append(held, m), random)
			}
		}
	}
}

// cancelled answers a call that it holds, as a process actor does.
func (s *seat) cancelled(m *process.Cancel, held []handed) []handed {
	return slices.DeleteFunc(held, func(h handed) bool {
		if h.call != m.Call || h.epoch != m.Epoch {
			return false
		}
		h.call.Answer(s.hall.system, actors.Result{Err: m.Err})
		s.free()
		return true
	})
}

// take works on the newest call, or leaves it until its submitter does.
func (s *seat) take(held []handed, random *rand.Rand) []handed {
	newest := held[len(held)-1].call
	before := held[:len(held)-1]
	switch n := random.IntN(20); {
	case newest.Pool.Incarnation != s.run:
		s.hall.send(&process.Returned{Member: s.index, Incarnation: newest.Pool.Incarnation, NotRun: []*process.Call{newest}})
	case n == 0:
		var calls []*process.Call
		for _, h := range held {
			calls = append(calls, h.call)
		}
		s.die(calls...)
		s.begin()
		return nil
	case n < 6:
		return held
	default:
		s.answer(newest, "")
	}
	return before
}
