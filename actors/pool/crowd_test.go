package pool

import (
	"context"
	"math/rand/v2"
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
		s.begin()
		members.Go(func() { s.live(rand.New(rand.NewPCG(uint64(i), 7)), stop) })
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
func (s *seat) live(random *rand.Rand, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case cancel := <-s.cancels: // the call's slot is freed below
			cancel.Call.Answer(s.hall.system, actors.Result{Err: cancel.Err})
		case call := <-s.calls:
			if call.Pool.Incarnation != s.run {
				s.hall.send(&process.Returned{Member: s.index, Incarnation: call.Pool.Incarnation, NotRun: []*process.Call{call}})
				continue
			}
			if random.IntN(20) > 0 {
				s.answer(call, "")
				continue
			}
			s.die(call)
			s.begin()
		}
	}
}
