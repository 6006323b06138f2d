package pool

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/process"
)

// gathering collects the answers of one batch where they belong, and wakes its
// submitter once.
type gathering struct {
	calls   []*process.Call
	results []actors.Result
	left    atomic.Int64
	done    chan struct{} // has room for one
}

var _ process.Collector = (*gathering)(nil)

var gatherings = sync.Pool{New: func() any { return &gathering{done: make(chan struct{}, 1)} }}

// Collect takes one answer.
func (g *gathering) Collect(_ *actor.ActorSystem, index int, result actors.Result) {
	g.results[index] = result
	if g.left.Add(-1) == 0 {
		g.done <- struct{}{}
	}
}

// SubmitAll hands tasks to the pool in one message and waits for all answers,
// which are returned in the order of the tasks. If ctx ends first, it is as in
// Submit for each task that has no answer yet, and its cause is returned too.
func (c *Client) SubmitAll(ctx context.Context, tasks []actors.Task) ([]actors.Result, error) {
	results := make([]actors.Result, len(tasks))
	if err := context.Cause(ctx); err != nil {
		for i := range tasks {
			results[i], _ = givenUp(err, tasks[i].Tag)
		}
		return results, err
	}
	if len(tasks) == 0 {
		return results, nil
	}
	g := gatherings.Get().(*gathering)
	g.results = results
	g.left.Store(int64(len(tasks)))
	message := batches.Get().(*Batch)
	for i := range tasks {
		call := c.call(ctx, tasks[i])
		call.Into, call.Index = g, i
		g.calls = append(g.calls, call)
	}
	message.calls = append(message.calls, g.calls...)
	c.system.Root.Send(c.pid, message)
	return results, c.gather(ctx, g)
}

// gather waits for the answers of a batch.
func (c *Client) gather(ctx context.Context, g *gathering) error {
	select {
	case <-g.done:
		for _, call := range g.calls {
			c.calls.Put(call)
		}
		clear(g.calls)
		g.calls, g.results = g.calls[:0], nil
		gatherings.Put(g)
		return nil
	case <-ctx.Done():
		// Whoever holds a call answers it now, or just has.
		err := context.Cause(ctx)
		c.system.Root.Send(c.pid, &CancelAll{calls: g.calls, err: err})
		<-g.done
		return err
	}
}
