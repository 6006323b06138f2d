package pool

import (
	"context"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/process"
	"brood/telemetry"
)

// Client submits tasks to a pool on behalf of goroutines. Safe for concurrent
// use.
type Client struct {
	system   *actor.ActorSystem
	pid      *actor.PID
	name     string
	recorder *telemetry.Recorder
	calls    sync.Pool
}

// NewClient returns a client of the pool with this PID. name is the pool's.
func NewClient(system *actor.ActorSystem, pid *actor.PID, name string, recorder *telemetry.Recorder) *Client {
	return &Client{system: system, pid: pid, name: name, recorder: recorder}
}

// Submit hands a task to the pool and waits for its answer. The error is the
// Result's; besides what Result lists, it is ctx's cause if ctx ends first:
// then the task is taken out of the queue or cancelled at its child, and
// Result.Attempts tells whether a child ever had it.
func (c *Client) Submit(ctx context.Context, task actors.Task) (actors.Result, error) {
	if err := context.Cause(ctx); err != nil {
		return actors.Result{Err: err, Tag: task.Tag}, err
	}
	call := c.call(task)
	c.trace(ctx, call)
	c.system.Root.Send(c.pid, call)
	select {
	case result := <-call.Done:
		c.put(call)
		return result, result.Err
	case <-ctx.Done():
		// Whoever holds the call answers it now, or just has.
		c.system.Root.Send(c.pid, &process.Cancel{Call: call, Err: context.Cause(ctx)})
		result := <-call.Done
		return result, result.Err
	}
}

// trace starts the call's span.
func (c *Client) trace(ctx context.Context, call *process.Call) {
	if !c.recorder.Enabled() {
		return
	}
	if !call.Task.Cause.IsValid() {
		call.Task.Cause = telemetry.FromContext(ctx)
	}
	call.Submit = c.recorder.Start(call.Task.Cause, telemetry.HopSubmit, c.name)
}

func (c *Client) call(task actors.Task) *process.Call {
	call, ok := c.calls.Get().(*process.Call)
	if !ok {
		call = &process.Call{Done: make(chan actors.Result, 1)}
	}
	call.Reset(task)
	call.Pooled = true
	return call
}

// put keeps an answered call for another task, if nobody can still know it.
func (c *Client) put(call *process.Call) {
	if call != nil && call.Task.Timeout == 0 { // else a timer may
		c.calls.Put(call)
	}
}
