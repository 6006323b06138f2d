package alarm_test

import (
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"

	"brood/actors/internal/alarm"
)

// words keeps what an actor got. It is locked because the fake clock of a
// bubble orders a read and a later timer only in time, not for the race detector.
type words struct {
	mu  sync.Mutex
	all []string
}

func (w *words) add(word string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, word)
}

func (w *words) list() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}

// mailbox spawns an actor that keeps the strings it gets.
func mailbox() (*actor.ActorSystem, *actor.PID, *words) {
	quiet := func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	system := actor.NewActorSystem(actor.WithLoggerFactory(quiet))
	got := &words{}
	pid := system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
		if word, ok := ctx.Message().(string); ok {
			got.add(word)
		}
	}))
	return system, pid, got
}

func TestAlarmPostsOnceAtItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system, pid, got := mailbox()
		var a alarm.Alarm
		a.Set(system, pid, time.Second, "due")
		time.Sleep(time.Second - time.Nanosecond)
		synctest.Wait()
		assert.Empty(t, got.list(), "not before its time")
		assert.True(t, a.Pending())
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, []string{"due"}, got.list())
		assert.False(t, a.Pending(), "after it rang")
	})
}

func TestAlarmSetReplacesAndStopTakesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system, pid, got := mailbox()
		var a alarm.Alarm
		a.Set(system, pid, time.Second, "first")
		a.Set(system, pid, 2*time.Second, "second")
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, []string{"second"}, got.list())

		a.Set(system, pid, time.Second, "third")
		a.Stop()
		assert.False(t, a.Pending())
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, []string{"second"}, got.list(), "nothing after Stop")
	})
}

func TestAlarmZeroValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system, pid, got := mailbox()
		var a alarm.Alarm
		assert.False(t, a.Pending())
		a.Stop()
		a.Set(system, pid, -time.Second, "at once")
		synctest.Wait()
		assert.Equal(t, []string{"at once"}, got.list())
		a.Stop()
		a.Stop()
	})
}
