package supervisor_test

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/supervisor"
)

// flaky is a child: it fails the first time it is started.
type flaky struct{ starts uint32 }

func (f *flaky) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case *actors.Start:
		f.starts++
		ctx.Send(ctx.Parent(), &actors.Started{Who: ctx.Self(), Incarnation: f.starts})
		ctx.Send(ctx.Parent(), &actors.Ready{Who: ctx.Self(), Incarnation: f.starts})
		if f.starts == 1 {
			ctx.Send(ctx.Parent(), &actors.Down{Who: ctx.Self(), Incarnation: f.starts,
				Exit: actors.Exit{Reason: actors.ReasonExited, PID: 4711, Code: 3}})
		}
	case *actors.Stop:
		ctx.Send(ctx.Parent(), &actors.Down{Who: ctx.Self(), Incarnation: f.starts,
			Exit: actors.Exit{Reason: actors.ReasonStopped, Code: -1}})
		ctx.Respond(&actors.Stopped{Who: ctx.Self()})
	}
}

func ExampleProps() {
	events := make(chan supervisor.Event)
	props, err := supervisor.Props(supervisor.Spec{
		Name:      "example",
		Intensity: 3, Period: time.Minute, // the fourth failure in a minute ends it
		Children: []supervisor.Child{{
			ID:    "flaky",
			Props: actor.PropsFromProducer(func() actor.Actor { return &flaky{} }),
		}},
		// It must not block: here someone reads all the time.
		OnEvent: func(event supervisor.Event) { events <- event },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	root := quietSystem().Root
	pid := root.Spawn(props)
	restarted := false
	for event := range events {
		switch event := event.(type) {
		case supervisor.ChildStarted:
			fmt.Println(event.ID, "started")
			if restarted {
				root.Send(pid, &actors.Stop{})
			}
		case supervisor.Restarting:
			fmt.Println(event.ID, "failed:", event.Exit)
			restarted = true
		case supervisor.ChildEnded:
			fmt.Println(event.ID, "ended:", event.Exit)
		case supervisor.Ended:
			fmt.Println("over:", event.Err)
			return
		}
	}
	// Output:
	// flaky started
	// flaky failed: exit code 3
	// flaky started
	// flaky ended: stopped
	// over: <nil>
}
