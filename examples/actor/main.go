// Actor is a program with an actor of its own that talks to a child process by
// messages only: it sends tasks, takes results and output, and hears of the
// child's start and end. If an OpenTelemetry SDK is configured, what the actor
// handles and what the child does for it is one trace.
//
//	go run ./examples/actor
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker"
)

func main() {
	if worker.Name() == "shout" { // this process is the child
		worker.Exit(worker.Serve(shout))
	}
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// shout is the child's work. What it prints does not disturb the answers: they
// have descriptors of their own.
func shout(_ context.Context, payload []byte) ([]byte, error) {
	fmt.Printf("shouting %q\n", payload)
	return bytes.ToUpper(payload), nil
}

func run(ctx context.Context) (err error) {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rt.Shutdown(ctx)) }()
	self := runtime.Worker("shout")
	over := make(chan struct{})
	mine, err := rt.Spawn("crier", actor.PropsFromProducer(func() actor.Actor { return &crier{over: over} }))
	if err != nil {
		return err
	}
	child, err := rt.Start(ctx, runtime.ProcessSpec{
		Command:     self,
		Protocol:    runtime.Wire{},
		Restart:     runtime.Temporary,
		OutputTo:    mine.PID(),
		Subscribers: []*actor.PID{mine.PID()},
	})
	if err != nil {
		return err
	}
	rt.System().Root.Send(mine.PID(), &cry{child: child.PID(), words: []string{"hear", "ye"}})
	<-over
	return nil
}

// cry asks a crier to have words shouted by a child.
type cry struct {
	child *actor.PID
	words []string
}

// crier is the user's own actor. Its Receive never blocks: whatever takes time
// is asked for by one message and answered by another.
type crier struct {
	cry
	over chan<- struct{} // closed when the child has ended
}

func (c *crier) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actors.Started:
		fmt.Println("child started, incarnation", m.Incarnation)
	case *cry:
		c.cry = *m
		c.next(ctx)
	case *actors.Result:
		fmt.Printf("result %q, error %v\n", m.Payload, m.Err)
		c.next(ctx)
	case *actors.Output:
		_, _ = os.Stdout.Write(m.Data) // cut anywhere: half a line, or many
		// Without the Ack the child would be read no further after a while.
		ctx.Send(m.Who, &actors.Ack{Incarnation: m.Incarnation, Stream: m.Stream, Bytes: len(m.Data)})
	case *actors.Refused:
		fmt.Printf("%T refused: %v\n", m.Command, m.Err)
	case *actors.Down:
		fmt.Println("child ended:", m.Exit)
		close(c.over)
	}
}

// next asks for one word at a time: the child takes one, and refuses more
// with ErrBusy. (A pool would queue them: its PID takes tasks in the same way.)
func (c *crier) next(ctx actor.Context) {
	if len(c.words) == 0 {
		ctx.Request(c.child, &actors.Stop{})
		return
	}
	ctx.Request(c.child, &actors.Task{Payload: []byte(c.words[0])})
	c.words = c.words[1:]
}
