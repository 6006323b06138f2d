package runtime

import (
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/ctxext"
	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/telemetry"
)

// Props returns props of the same actor with its messages traced: each message
// that it handles is a span, a child of the span in which the sender handled
// the message that made it send. A Task that it sends to a pool or process
// belongs to that span, too. props stay as they are; if nothing is recorded
// they are returned unchanged.
//
// Both ends of a message must be traced for the trace to go on. What protoactor
// itself sends (Started, Stopping, Terminated) has no span, and a reply to a
// future has no header to carry one. The tracing is middleware and not a
// mailbox, so that it works with whatever mailbox the props have.
func (rt *Runtime) Props(props *actor.Props) *actor.Props {
	if !rt.recorder.Enabled() {
		return props
	}
	return props.Clone(
		actor.WithReceiverMiddleware(rt.receiving),
		actor.WithSenderMiddleware(sending),
	)
}

// current is the span that an actor's turn belongs to, kept in its context.
type current struct{ span trace.SpanContext }

var currentID = ctxext.NextContextExtensionID()

// ExtensionID makes current findable in a context.
func (*current) ExtensionID() ctxext.ContextExtensionID { return currentID }

// receiving makes a span of each message.
func (rt *Runtime) receiving(next actor.ReceiverFunc) actor.ReceiverFunc {
	return func(ctx actor.ReceiverContext, envelope *actor.MessageEnvelope) {
		if protoactors(envelope.Message) {
			next(ctx, envelope)
			return
		}
		now, ok := ctx.Get(currentID).(*current)
		if !ok {
			now = &current{}
			ctx.Set(now)
		}
		cause := rt.recorder.Root(telemetry.FromEnviron(envelope.GetHeader))
		var span telemetry.Span
		if rt.recorder.Records(cause) {
			span = rt.recorder.Start(cause, telemetry.HopMessage, fmt.Sprintf("%T", envelope.Message))
		}
		now.span = span.Onward(cause)
		err := errPanic
		defer func() { // also if the handler panics: that is for the actor's parent to handle
			span.End(err)
			now.span = trace.SpanContext{}
		}()
		next(ctx, envelope)
		err = nil
	}
}

// errPanic ends the span of a message whose handler panicked.
var errPanic = errors.New("panic")

// protoactors reports whether a message is one of protoactor's own.
func protoactors(message any) bool {
	switch message.(type) {
	case actor.AutoReceiveMessage, actor.SystemMessage, *actor.ReceiveTimeout:
		return true
	}
	return false
}

// sending puts the sender's span on what it sends.
func sending(next actor.SenderFunc) actor.SenderFunc {
	return func(ctx actor.SenderContext, target *actor.PID, envelope *actor.MessageEnvelope) {
		sc := spanOf(ctx)
		if !sc.IsValid() {
			next(ctx, target, envelope)
			return
		}
		// An envelope may be shared by several receivers: never change it.
		own := &actor.MessageEnvelope{Message: envelope.Message, Sender: envelope.Sender}
		if envelope.Header != nil {
			for key, value := range envelope.Header.ToMap() {
				own.SetHeader(key, value)
			}
		}
		for key, value := range telemetry.Environ(sc) {
			own.SetHeader(key, value)
		}
		if task, ok := own.Message.(*actors.Task); ok && !task.Cause.IsValid() {
			caused := *task
			caused.Cause = sc
			own.Message = &caused
		}
		next(ctx, target, own)
	}
}

func spanOf(ctx actor.SenderContext) trace.SpanContext {
	extended, ok := ctx.(actor.ExtensionContext)
	if !ok {
		return trace.SpanContext{}
	}
	now, ok := extended.Get(currentID).(*current)
	if !ok {
		return trace.SpanContext{}
	}
	return now.span
}
