package tests

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"brood/actors"
	"brood/runtime"
	"brood/tests/leak"
)

const (
	// limit bounds every wait of a test: it fails then, instead of hanging.
	limit = 2 * time.Minute
	// soon is how often a test looks whether something across processes is so.
	soon = 2 * time.Millisecond
)

// newRuntime returns a Runtime that is shut down at the end of the test, which
// fails if anything of it is left then: a process, a descriptor, a goroutine.
func newRuntime(t *testing.T, options runtime.Options) *runtime.Runtime {
	t.Helper()
	goroutines, descriptors := goleak.IgnoreCurrent(), countDescriptors(t)
	rt, err := runtime.New(options)
	require.NoError(t, err)
	t.Cleanup(func() {
		asked := isStopping(rt)
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := rt.Shutdown(ctx); !asked {
			assert.NoError(t, err)
		}
		noChildren(t)
		noGoroutines(t, goroutines)
		assert.Eventually(t, func() bool { return countDescriptors(t) <= descriptors }, limit, soon)
	})
	return rt
}

// fewer returns how many of n things a test does when it is to be short, as under
// the race detector: what is found by many is looked for without it.
func fewer(n int) int {
	if testing.Short() {
		return n / 5
	}
	return n
}

// noGoroutines waits until no goroutine is left but those of before. It tries
// more than once: protoactor lets one sleep for a second after a dead letter.
func noGoroutines(t *testing.T, before goleak.Option) {
	t.Helper()
	err := goleak.Find(before)
	for try := 0; err != nil && try < 5; try++ {
		err = goleak.Find(before)
	}
	assert.NoError(t, err)
}

func isStopping(rt *runtime.Runtime) bool {
	select {
	case <-rt.Stopping():
		return true
	default:
		return false
	}
}

// within returns a context that bounds what a test waits for.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// command returns the command that makes the test binary a child of this role.
func command(t *testing.T, role string, args ...string) runtime.Command {
	t.Helper()
	require.Contains(t, roles, role)
	c := runtime.Worker(role, args...)
	// Under the race detector a program otherwise takes a second to exit.
	c.Env.Set["GORACE"] = os.Getenv("GORACE") + " atexit_sleep_ms=0"
	return c
}

// fast is a pause between restarts that does not hold up a test.
var fast = runtime.Backoff{Min: time.Millisecond, Max: 5 * time.Millisecond}

// startPool starts a pool that may restart its workers as often as it takes.
func startPool(t *testing.T, rt *runtime.Runtime, spec runtime.PoolSpec) *runtime.Pool {
	t.Helper()
	if spec.Intensity == 0 {
		spec.Intensity, spec.Period = 100_000, time.Minute
	}
	if spec.Backoff == (runtime.Backoff{}) {
		spec.Backoff = fast
	}
	pool, err := rt.StartPool(within(t, limit), spec)
	require.NoError(t, err)
	return pool
}

// start starts a child whose pauses between restarts are short.
func start(t *testing.T, rt *runtime.Runtime, spec runtime.ProcessSpec) *runtime.Process {
	t.Helper()
	if spec.Backoff == (runtime.Backoff{}) {
		spec.Backoff = fast
	}
	p, err := rt.Start(within(t, limit), spec)
	require.NoError(t, err)
	return p
}

// outcome is what Submit returned.
type outcome struct {
	actors.Result
	err error
}

// submit submits a task on a goroutine of its own.
func submit(ctx context.Context, pool *runtime.Pool, task actors.Task) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		result, err := pool.Submit(ctx, task)
		done <- outcome{result, err}
	}()
	return done
}

// receive waits for a value, but not for ever.
func receive[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(limit):
		require.FailNow(t, "nothing came")
		panic("unreachable")
	}
}

// shutdown shuts down within d, and fails if that takes until limit: how much more
// than d it may be is a matter of how busy the machine is, but what keeps a shutdown
// without a deadline keeps it for ever.
func shutdown(t *testing.T, rt *runtime.Runtime, d time.Duration) error {
	t.Helper()
	done, ctx := make(chan error, 1), within(t, d)
	go func() { done <- rt.Shutdown(ctx) }()
	return receive(t, done)
}

// allReady waits until every worker of the pool takes tasks, and returns their
// process ids.
func allReady(t *testing.T, pool *runtime.Pool, size int) []int {
	t.Helper()
	var pids []int
	require.Eventually(t, func() bool {
		pids = pids[:0]
		for _, w := range pool.Stats().Workers {
			if w.Ready && w.PID > 0 {
				pids = append(pids, w.PID)
			}
		}
		return len(pids) == size
	}, limit, soon, "%d workers ready", size)
	return pids
}

// restarted waits until a pool has replaced so many workers and is whole again.
func restarted(t *testing.T, pool *runtime.Pool, times int) {
	t.Helper()
	require.Eventually(t, func() bool { return restarts(pool) >= times }, limit, soon)
	stats := pool.Stats()
	allReady(t, pool, len(stats.Workers))
}

func restarts(pool *runtime.Pool) (n int) {
	for _, w := range pool.Stats().Workers {
		n += w.Restarts
	}
	return n
}

// noChildren waits until no process of this test binary is left.
func noChildren(t *testing.T) {
	t.Helper()
	var left []leak.Process
	assert.Eventually(t, func() bool { left = leak.Children(); return len(left) == 0 }, limit, soon)
	assert.Empty(t, left)
}

// kill sends a signal to a child of this process: to no other that may have
// got its id meanwhile.
func kill(pid int, sig syscall.Signal) {
	p, err := os.FindProcess(pid)
	if err != nil {
		return
	}
	defer func() { _ = p.Release() }()
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(os.Getpid()) {
		_ = p.Signal(sig)
	}
}

func countDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(entries)
}

// lines returns the lines of a file that children wrote.
func lines(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	return strings.Fields(string(content))
}
