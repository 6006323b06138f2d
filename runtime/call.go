package runtime

import (
	"context"

	"brood/actors"
	"brood/runtime/worker"
)

// Submitter runs tasks: a *Pool, a *Router, or what a program puts in front of one.
type Submitter interface {
	Submit(context.Context, actors.Task) (actors.Result, error)
}

var (
	_ Submitter = (*Pool)(nil)
	_ Submitter = (*Router)(nil)
)

type (
	// Codec turns values into payloads and back; worker.JSON is one.
	Codec = worker.Codec
	// CodecError says that a value could not be turned into a payload, or a
	// payload into a value.
	CodecError = worker.CodecError
)

// Method calls workers with a Req and gets a Resp. Its counterpart in the worker
// is worker.Handle. Only To is required. A Method is a value without state: safe
// for concurrent use, and made wherever it is needed.
type Method[Req, Resp any] struct {
	// To runs the calls.
	To Submitter
	// Codec is the form of requests and responses. Nil means JSON.
	Codec Codec
	// Task is what each call's task is like, but for its Payload: its clocks, its
	// key, whether it is repeatable.
	Task actors.Task
}

// Call makes one call and waits for the response. The error is a *CodecError if
// req cannot be encoded, and nothing was called then, or if the response cannot
// be decoded; else it is Submit's: a *actors.TaskError if the worker's own
// function failed.
func (m Method[Req, Resp]) Call(ctx context.Context, req Req) (Resp, error) {
	var none Resp
	task, err := m.task(req)
	if err != nil {
		return none, err
	}
	result, err := m.To.Submit(ctx, task)
	if err != nil {
		return none, err
	}
	return worker.Decode[Resp](m.Codec, result.Payload)
}

func (m Method[Req, Resp]) task(req Req) (task actors.Task, err error) {
	task = m.Task
	task.Payload, err = worker.Encode(m.Codec, req)
	return task, err
}

// Call makes one typed call with JSON; see Method for more.
func Call[Req, Resp any](ctx context.Context, to Submitter, req Req) (Resp, error) {
	return Method[Req, Resp]{To: to}.Call(ctx, req)
}
