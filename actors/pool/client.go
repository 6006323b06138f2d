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
// Result's; besides what Result lists, it is an *actors.CancelledError if ctx ends
// first, with ctx's cause: then the task is taken out of the queue or cancelled
// at its child, and the error tells whether it may have run.
func (c *Client) Submit(ctx context.Context, task actors.Task) (actors.Result, error) {
	if err := context.Cause(ctx); err != nil {
		return givenUp(err, task.Tag)
	}
	call := c.call(ctx, task)
	return c.await(ctx, call, call)
}

// Rerun runs a task again that the pool has set aside, as if it were new, and
// waits for its answer as Submit does. If a child answers, the task is set aside
// no longer. The error is actors.ErrNotSetAside if the pool has none with this id.
func (c *Client) Rerun(ctx context.Context, id uint64) (actors.Result, error) {
	if err := context.Cause(ctx); err != nil {
		return givenUp(err, nil)
	}
	call := c.call(ctx, actors.Task{})
	return c.await(ctx, call, &Rerun{ID: id, Call: call})
}

func givenUp(cause error, tag any) (actors.Result, error) {
	err := &actors.CancelledError{Stage: actors.StageDoor, Err: cause}
	return actors.Result{Err: err, Tag: tag}, err
}

// await sends the request that the call is the answer to.
func (c *Client) await(ctx context.Context, call *process.Call, request any) (actors.Result, error) {
	epoch := call.Epoch()
	c.system.Root.Send(c.pid, request)
	select {
	case result := <-call.Done:
		c.calls.Put(call) // a clock that still knows it knows its epoch, too
		return result, result.Err
	case <-ctx.Done():
		// Whoever holds the call answers it now, or just has. It is not used
		// again: the message may arrive later than the answer.
		c.system.Root.Send(c.pid, &process.Cancel{Call: call, Epoch: epoch, Err: context.Cause(ctx)})
		result := <-call.Done
		return result, result.Err
	}
}

func (c *Client) call(ctx context.Context, task actors.Task) *process.Call {
	call, ok := c.calls.Get().(*process.Call)
	if !ok {
		call = &process.Call{Done: make(chan actors.Result, 1)}
	}
	call.Reset(task)
	call.Pooled = true
	if c.recorder.Enabled() {
		if !task.Cause.IsValid() {
			call.Task.Cause = telemetry.FromContext(ctx)
		}
		call.Submit = c.recorder.Start(call.Task.Cause, telemetry.HopSubmit, c.name)
	}
	return call
}
