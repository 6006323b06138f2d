package router

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// moody is a member that answers, refuses, or keeps what it gets for later, and
// now and then ends.
type moody struct {
	random *rand.Rand
	mortal bool
	keeps  []func(actors.Result)
}

func (m *moody) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *process.Call:
		m.get(ctx, func(result actors.Result) {
			message.Attempts += result.Attempts
			message.Answer(ctx.ActorSystem(), result)
		})
	case *actors.Task:
		to, tag := ctx.Sender(), message.Tag
		m.get(ctx, func(result actors.Result) {
			result.Tag = tag
			ctx.ActorSystem().Root.Send(to, &result)
		})
	case *process.Cancel:
		message.Call.Answer(ctx.ActorSystem(), actors.Result{Err: message.Err})
	}
}

func (m *moody) get(ctx actor.Context, answer func(actors.Result)) {
	switch n := m.random.IntN(40); {
	case n == 0 && m.mortal:
		ctx.Stop(ctx.Self()) // with all that it has
	case n < 3:
		answer(actors.Result{Err: actors.ErrQueueFull})
	case n < 20 && len(m.keeps) < 4:
		m.keeps = append(m.keeps, answer)
	default:
		answer(actors.Result{Attempts: 1})
		for _, kept := range m.keeps {
			kept(actors.Result{Attempts: 1})
		}
		m.keeps = nil
	}
}

// TestStorm lets many senders submit and give up while members join, leave and
// die: each has its one answer, and in the end nothing is left.
func TestStorm(t *testing.T) {
	each := 400
	if testing.Short() {
		each = 60
	}
	for i, policy := range []Policy{nil, LeastLoaded{}, ConsistentHash{}, Scatter{Of: 2, Need: First}, Hedge{After: time.Millisecond, Percent: 100}} {
		t.Run(fmt.Sprintf("%T", policy), func(t *testing.T) {
			h := open(t, Spec{Policy: policy, QueueLimit: 8})
			var wg sync.WaitGroup
			var answers atomic.Int64
			crowd := &crowdOf{h: h, random: rand.New(rand.NewPCG(uint64(i), 9))}
			for c := range 8 {
				wg.Go(func() {
					random := rand.New(rand.NewPCG(uint64(i), uint64(c)))
					for range each {
						if random.IntN(50) == 0 {
							crowd.change()
						}
						h.trySubmit(random)
						answers.Add(1)
					}
				})
			}
			over := make(chan struct{})
			go func() { wg.Wait(); close(over) }()
			crowd.until(over)
			assert.EqualValues(t, 8*each, answers.Load())
			stats := h.stats()
			assert.Zero(t, stats.Waiting+stats.Held)
			crowd.end()
		})
	}
}

// trySubmit submits a task that may be given up before its answer.
func (h *hall) trySubmit(random *rand.Rand) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	work := actors.Task{Payload: []byte("x"), Key: fmt.Sprint(random.IntN(5)), Repeatable: random.IntN(2) == 0}
	switch random.IntN(4) {
	case 0:
		go cancel()
	case 1:
		work.Timeout = time.Duration(1 + random.IntN(int(time.Millisecond)))
	}
	result, err := h.client.Submit(ctx, work)
	if result.Err != err {
		h.t.Errorf("two errors: %v and %v", result.Err, err)
	}
}

// crowdOf are the members of a storm.
type crowdOf struct {
	h      *hall
	mu     sync.Mutex
	random *rand.Rand
	pids   []*actor.PID
}

// change lets one join, and another leave.
func (c *crowdOf) change() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pids) > 0 && c.random.IntN(3) == 0 {
		c.h.send(&Leave{c.pids[c.random.IntN(len(c.pids))]})
	}
	c.join(true)
}

func (c *crowdOf) join(mortal bool) {
	m := &moody{random: rand.New(rand.NewPCG(c.random.Uint64(), 0)), mortal: mortal}
	pid := c.h.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return m }))
	c.pids = append(c.pids, pid)
	c.h.send(&Join{Member{PID: pid, Calls: c.random.IntN(3) > 0, Prefetch: c.random.IntN(3)}})
}

// until keeps members coming until the storm is over, so that none of the senders
// waits for ever: those that keep a task end, too.
func (c *crowdOf) until(over <-chan struct{}) {
	nudge := time.NewTicker(5 * time.Millisecond)
	defer nudge.Stop()
	for {
		select {
		case <-over:
			return
		case <-nudge.C:
			c.mu.Lock()
			old := c.pids
			c.pids = nil
			c.join(false)
			c.mu.Unlock()
			for _, pid := range old {
				c.h.system.Root.Stop(pid)
			}
		}
	}
}

func (c *crowdOf) end() {
	for _, pid := range c.pids {
		require.NoError(c.h.t, c.h.system.Root.StopFuture(pid).Wait())
	}
}
