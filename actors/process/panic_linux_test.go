package process

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/protocol"
	"brood/runtime/worker"
)

func init() {
	// sire has a descendant in a session of its own, and works.
	roles["sire"] = func() {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), envRole+"=tough")
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := child.Start(); err != nil {
			panic(err)
		}
		fmt.Println(child.Process.Pid)
		worker.Exit(worker.Serve(handle))
	}
}

// brittle is a protocol whose encoder panics in the actor's turn when it gets a
// task.
type brittle struct{ protocol.Wire }

func (b brittle) Open() (protocol.Encoder, protocol.Decoder) {
	_, decoder := b.Wire.Open()
	return b, decoder
}

func (brittle) Encode([]byte, *protocol.Message) ([]byte, error) { panic("brittle") }

// The parent stops an actor that panics, as the runtime's root does.
func TestCase16PanicOfTheActorEndsTheTree(t *testing.T) {
	var work sync.WaitGroup
	ready, printed := make(chan struct{}), make(chan string, 1)
	props, err := Spec{
		Command:    self(t, "sire"),
		Protocol:   brittle{},
		Goroutines: &work,
		Output:     func(_ Stream, data []byte) { printed <- string(data) },
		OnEvent: func(event any) {
			if _, ok := event.(*actors.Ready); ok {
				close(ready)
			}
		},
	}.Props()
	require.NoError(t, err)
	stop := func(any) actor.Directive { return actor.StopDirective }
	system := newSystem()
	parent := system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *actor.Started:
			ctx.Send(ctx.Spawn(props), &actors.Start{})
		case *actors.Task:
			ctx.Forward(ctx.Children()[0])
		}
	}, actor.WithSupervisor(actor.NewOneForOneStrategy(0, 0, stop))))
	<-ready
	descendant, err := strconv.Atoi(strings.TrimSpace(<-printed))
	require.NoError(t, err)
	require.True(t, alive(descendant), "the control")

	system.Root.Send(parent, &actors.Task{})

	require.Eventually(t, func() bool { return !alive(descendant) }, 20*time.Second, time.Millisecond)
	work.Wait()
	require.NoError(t, system.Root.StopFuture(parent).Wait())
}

// alive reports whether a process is there and no zombie.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(stat), ") ")
	return err == nil && !strings.HasPrefix(rest, "Z")
}
