package runtime_test

import (
	"context"
	"fmt"
	"log"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/runtime"
)

// asker is a user's own actor: it has a pool do a task and tells the answer.
// Its Receive does not wait for it; it comes as a message, too.
type asker struct {
	pool   *actor.PID
	answer chan<- string // with room for one: Receive must not block
}

func (a *asker) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case string:
		ctx.Request(a.pool, &actors.Task{Payload: []byte(m)})
	case *actors.Result:
		a.answer <- fmt.Sprintf("%s %v", m.Payload, m.Err)
	}
}

func ExampleRuntime_Spawn() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	self := runtime.Worker("echo")
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{Command: self, Size: 2})
	if err != nil {
		log.Fatal(err)
	}

	answer := make(chan string, 1)
	mine, err := rt.Spawn("asker", actor.PropsFromProducer(func() actor.Actor {
		return &asker{pool: pool.PID(), answer: answer}
	}))
	if err != nil {
		log.Fatal(err)
	}
	rt.System().Root.Send(mine.PID(), "hello")
	fmt.Println(<-answer)
	// Output: hello <nil>
}
