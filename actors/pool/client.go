package pool

import (
	"context"
	"runtime"
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
	callers  *callers  // of Submit and Rerun
	calls    sync.Pool // of *process.Call, for those that are under way together
}

// NewClient returns a client of the pool with this PID. name is the pool's.
func NewClient(system *actor.ActorSystem, pid *actor.PID, name string, recorder *telemetry.Recorder) *Client {
	c := &Client{system: system, pid: pid, name: name, recorder: recorder, callers: new(callers)}
	runtime.AddCleanup(c, (*callers).close, c.callers) // or a context that lives on would keep them
	return c
}

// Submit hands a task to the pool and waits for its answer. The error is the
// Result's; besides what Result lists, it is an *actors.CancelledError if ctx ends
// first, with ctx's cause: then the task is taken out of the queue or cancelled
// at its child, and the error tells whether it may have run.
func (c *Client) Submit(ctx context.Context, task actors.Task) (actors.Result, error) {
	if err := context.Cause(ctx); err != nil {
		return givenUp(err, task.Tag)
	}
	k := c.callers.get(task)
	c.startSubmit(ctx, k.call)
	return c.await(ctx, k, k.call)
}

// Rerun runs a task again that the pool has set aside, as if it were new, and
// waits for its answer as Submit does. If a child answers, the task is set aside
// no longer. The error is actors.ErrNotSetAside if the pool has none with this id.
func (c *Client) Rerun(ctx context.Context, id uint64) (actors.Result, error) {
	if err := context.Cause(ctx); err != nil {
		return givenUp(err, nil)
	}
	k := c.callers.get(actors.Task{})
	c.startSubmit(ctx, k.call)
	return c.await(ctx, k, &Rerun{ID: id, Call: k.call})
}

func givenUp(cause error, tag any) (actors.Result, error) {
	err := &actors.CancelledError{Stage: actors.StageDoor, Err: cause}
	return actors.Result{Err: err, Tag: tag}, err
}

// await sends the request that the call is the answer to.
func (c *Client) await(ctx context.Context, k *caller, request any) (actors.Result, error) {
	c.system.Root.Send(c.pid, request)
	result := c.callers.await(ctx, c.system, c.pid, k)
	runtime.KeepAlive(c) // its cleanup takes it that nobody waits
	return result, result.Err
}

// call returns a call for one of those that are under way together. It has no Done.
func (c *Client) call(ctx context.Context, task actors.Task) *process.Call {
	call, ok := c.calls.Get().(*process.Call)
	if !ok {
		call = new(process.Call)
	}
	call.Reset(task)
	call.Pooled = true
	c.startSubmit(ctx, call)
	return call
}

// startSubmit starts the span of the whole task.
func (c *Client) startSubmit(ctx context.Context, call *process.Call) {
	if !c.recorder.Enabled() {
		return
	}
	if !call.Task.Cause.IsValid() {
		call.Task.Cause = telemetry.FromContext(ctx)
	}
	call.StartSubmit(c.recorder, c.name)
}
