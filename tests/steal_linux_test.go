package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// What was handed to a worker ahead and stands behind a long task goes to another
// one as soon as that is idle, and runs once.
func TestWhatStandsBehindALongTaskIsTakenBack(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{
		Command: command(t, "worker"), Size: 2, Prefetch: 8,
	})
	gates := []*gate{newGate(t), newGate(t)}
	var long []<-chan outcome
	for _, g := range gates {
		long = append(long, submit(within(t, limit), pool, actors.Task{Payload: []byte("hold " + g.path)}))
		g.reached(t)
	}
	log := filepath.Join(t.TempDir(), "log")
	var short []<-chan outcome
	var want []string
	for i := range 10 {
		want = append(want, strconv.Itoa(i))
		short = append(short, submit(within(t, limit), pool, actors.Task{Payload: fmt.Appendf(nil, "note %s %d", log, i)}))
	}
	require.Eventually(t, func() bool { return pool.Stats().Held == 12 }, limit, soon, "all are handed out ahead")
	for _, w := range pool.Stats().Workers {
		require.Equal(t, 6, w.Held)
	}

	gates[1].open() // the other worker stays at its task
	for _, answer := range append(short, long[1]) {
		got := receive(t, answer)
		assert.NoError(t, got.err)
		assert.Equal(t, 1, got.Attempts, "what is given back was not begun")
	}
	assert.ElementsMatch(t, want, lines(t, log), "each ran once")
	assert.Equal(t, 1, pool.Stats().Held, "the long one")
	gates[0].open()
	assert.NoError(t, receive(t, long[0]).err)
}

// A worker that dies has begun one of the tasks that it was handed: the others are
// run elsewhere, though they must not be run twice.
func TestOnlyTheTaskThatWasBegunIsLost(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{
		Command: command(t, "worker"), Size: 1, Prefetch: 8,
	})
	g := newGate(t)
	held := submit(within(t, limit), pool, actors.Task{Payload: []byte("hold " + g.path)})
	g.reached(t)
	log := filepath.Join(t.TempDir(), "log")
	var ahead []<-chan outcome
	for i := range 7 {
		ahead = append(ahead, submit(within(t, limit), pool, actors.Task{Payload: fmt.Appendf(nil, "note %s %d", log, i)}))
	}
	require.Eventually(t, func() bool { return pool.Stats().Held == 8 }, limit, soon)
	kill(pool.Stats().Workers[0].PID, 9)

	var exited *actors.WorkerExitedError
	require.ErrorAs(t, receive(t, held).err, &exited)
	assert.True(t, exited.MayHaveRun)
	for _, answer := range ahead {
		assert.NoError(t, receive(t, answer).err)
	}
	content, err := os.ReadFile(log)
	require.NoError(t, err)
	assert.Equal(t, 7, strings.Count(string(content), "\n"), "each ran once")
}
