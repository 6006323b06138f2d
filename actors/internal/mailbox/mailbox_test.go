package mailbox

import (
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/tests/leak"
)

func TestMain(m *testing.M) { os.Exit(leak.Run(m)) }

func newSystem() *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.NewTextHandler(io.Discard, nil))
	}))
}

// spawn starts an actor on a Batch mailbox of its own.
func spawn(system *actor.ActorSystem, gather bool, receive actor.ReceiveFunc) (*actor.PID, *Batch) {
	box := New()
	box.Gather(gather)
	props := actor.PropsFromFunc(receive, actor.WithMailbox(func() actor.Mailbox { return box }))
	return system.Root.Spawn(props), box
}

func TestMessagesOfOnePosterArriveInOrderAndTurnsEnd(t *testing.T) {
	system := newSystem()
	var got []int
	done := make(chan struct{})
	pid, _ := spawn(system, false, func(c actor.Context) {
		switch m := c.Message().(type) {
		case int:
			got = append(got, m)
		case EndOfTurn:
			if len(got) == 1000 {
				close(done)
			}
		}
	})
	for i := range 1000 {
		system.Root.Send(pid, i)
	}
	<-done
	for i, m := range got {
		require.Equal(t, i, m)
	}
	stop(t, system, pid)
}

func TestManyPostersLoseNothing(t *testing.T) {
	const posters, each = 16, 2000
	system := newSystem()
	last := map[int]int{}
	count := 0
	done := make(chan struct{})
	pid, box := spawn(system, true, func(c actor.Context) {
		if m, ok := c.Message().([2]int); ok {
			if m[1] != last[m[0]] {
				panic("out of order")
			}
			last[m[0]]++
			if count++; count == posters*each {
				close(done)
			}
		}
	})
	var wg sync.WaitGroup
	for p := range posters {
		wg.Go(func() {
			for i := range each {
				system.Root.Send(pid, [2]int{p, i})
			}
		})
	}
	wg.Wait()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("messages lost")
	}
	assert.Zero(t, box.UserMessageCount())
	stop(t, system, pid)
}

// A turn that is posted to from inside itself must not recurse: the message
// waits for the running turn.
func TestPostFromOwnTurnWaits(t *testing.T) {
	system := newSystem()
	depth, deepest := 0, 0
	done := make(chan struct{})
	pid, _ := spawn(system, false, func(c actor.Context) {
		n, ok := c.Message().(int)
		if !ok {
			return
		}
		depth++
		deepest = max(deepest, depth)
		if n > 0 {
			c.Send(c.Self(), n-1)
		} else {
			close(done)
		}
		depth--
	})
	system.Root.Send(pid, 100)
	<-done
	assert.Equal(t, 1, deepest)
	stop(t, system, pid)
}

func TestPanicLosesOnlyItsMessage(t *testing.T) {
	system := newSystem()
	var mu sync.Mutex
	var got []int
	done := make(chan struct{})
	entered, release := make(chan struct{}), make(chan struct{})
	pid, _ := spawn(system, false, func(c actor.Context) {
		n, ok := c.Message().(int)
		if !ok {
			return
		}
		if n == 0 {
			close(entered)
			<-release
		}
		if n == 2 {
			panic("two")
		}
		mu.Lock()
		got = append(got, n)
		mu.Unlock()
		if n == 4 {
			close(done)
		}
	})
	// The first post is held in its turn until the others wait behind it, so
	// that all are part of one batch.
	var poster sync.WaitGroup
	poster.Go(func() { system.Root.Send(pid, 0) })
	<-entered
	for n := 1; n <= 4; n++ {
		system.Root.Send(pid, n)
	}
	close(release)
	poster.Wait()
	<-done
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, []int{0, 1, 3, 4}, got)
	stop(t, system, pid)
}

// After Close nothing that is posted is lost: it reaches the reject function,
// also what waited behind the message during which the actor closed.
func TestClosedMailboxRejects(t *testing.T) {
	system := newSystem()
	var box *Batch
	rejected := make(chan any, 10)
	var pid *actor.PID
	pid, box = spawn(system, false, func(c actor.Context) {
		if c.Message() == "close" {
			c.Send(c.Self(), "behind")
			box.Close(func(m any) { rejected <- m })
		}
	})
	system.Root.Send(pid, "close")
	system.Root.Send(pid, "late")
	assert.ElementsMatch(t, []any{"behind", "late"}, []any{<-rejected, <-rejected})
	stop(t, system, pid)
}

func stop(t *testing.T, system *actor.ActorSystem, pid *actor.PID) {
	t.Helper()
	require.NoError(t, system.Root.StopFuture(pid).Wait())
}

func BenchmarkPostAndTurn(b *testing.B) {
	system := newSystem()
	pid, _ := spawn(system, false, func(actor.Context) {})
	message := any(&struct{ n int }{})
	b.ReportAllocs()
	for b.Loop() {
		system.Root.Send(pid, message)
	}
	_ = system.Root.StopFuture(pid).Wait()
}

// However fast messages come, a turn ends.
func TestATurnIsBounded(t *testing.T) {
	const messages = 4 * turnMessages
	system := newSystem()
	turns := 0
	done := make(chan struct{})
	pid, _ := spawn(system, false, func(c actor.Context) {
		switch m := c.Message().(type) {
		case int:
			if m > 0 {
				c.Send(c.Self(), m-1) // there is always a next one
			} else {
				close(done)
			}
		case EndOfTurn:
			turns++
		}
	})
	system.Root.Send(pid, messages)
	<-done
	stop(t, system, pid)
	assert.GreaterOrEqual(t, turns, messages/turnMessages)
}
