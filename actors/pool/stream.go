package pool

import (
	"context"

	"brood/actors"
	"brood/actors/process"
)

// Stream hands a streamed task to the pool and returns its two ends. It does not
// wait. The end of ctx cancels the task, as in Submit. The task is never repeated.
func (c *Client) Stream(ctx context.Context, task actors.Task) (*process.TaskStream, error) {
	if err := context.Cause(ctx); err != nil {
		_, err = givenUp(err, nil)
		return nil, err
	}
	task.Repeatable, task.ID = false, ""
	call := &process.Call{Task: task, Pooled: true} // for this task only: its epoch stays
	cancel := func(err error) {
		c.system.Root.Send(c.pid, &process.Cancel{Call: call, Epoch: call.Epoch(), Err: err})
	}
	stream := process.NewStream(call, cancel)
	c.startSubmit(ctx, call)
	c.system.Root.Send(c.pid, call)
	// Not before the call: its cancel must not overtake it.
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	stream.OnOver(func() { stop() })
	return stream, nil
}
