package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker/python"
)

// pythonWorker returns the command that runs testdata/zygote.py. How names a
// fault that it is to have.
func pythonWorker(t *testing.T, how string) runtime.Command {
	t.Helper()
	program, err := pythonProgram()
	if err != nil {
		t.Skip("no python3")
	}
	dir := t.TempDir()
	require.NoError(t, python.WriteTo(dir))
	script, err := filepath.Abs("testdata/zygote.py")
	require.NoError(t, err)
	return runtime.Command{
		Path: program,
		Args: []string{script},
		Env:  runtime.Env{Set: map[string]string{"PYTHONPATH": dir, "ZYGOTE_TEST": how}},
	}
}

// pythonProgram returns the interpreter itself: what is called python3 can be a
// script that takes longer to find it than it takes to start.
var pythonProgram = sync.OnceValues(func() (string, error) {
	said, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	return strings.TrimSpace(string(said)), err
})

// zygotePool starts a pool of forks, of which nothing is left behind the test.
func zygotePool(t *testing.T, rt *runtime.Runtime, spec runtime.PoolSpec) *runtime.Pool {
	t.Helper()
	if spec.Command.Path == "" {
		spec.Command = pythonWorker(t, "")
	}
	spec.Zygote = true
	pool := startPool(t, rt, spec)
	t.Cleanup(func() {
		assert.NoError(t, pool.Stop(within(t, limit)))
		noChildren(t)
	})
	return pool
}

// ask submits a task whose answer must come.
func ask(t *testing.T, pool *runtime.Pool, payload string) string {
	t.Helper()
	o := receive(t, submit(within(t, limit), pool, actors.Task{Payload: []byte(payload)}))
	require.NoError(t, o.err)
	return string(o.Payload)
}

// zygoteOf returns the process id of the pool's zygote.
func zygoteOf(t *testing.T, pool *runtime.Pool) int {
	t.Helper()
	fields := strings.Fields(ask(t, pool, "ids"))
	require.Len(t, fields, 3)
	require.Equal(t, fields[1], fields[2], "who has done the imports is the parent")
	require.NotEqual(t, fields[0], fields[1])
	return number(fields[1])
}

// TestZygote is what holds for the forks of a zygote.
func TestZygote(t *testing.T) {
	rt := newRuntime(t, runtime.Options{}) // one for all: its end takes a second
	for _, test := range []struct {
		name string
		test func(*testing.T, *runtime.Runtime)
	}{
		{"workers answer", zygoteWorkersAnswer},
		{"a fork is like any worker", zygoteForkIsLikeAnyWorker},
		{"a fork's exit is exact", zygoteForksExitIsExact},
		{"many forks leave nothing", zygoteLeavesNothingAfterManyForks},
		{"it cannot start", zygoteThatCannotStartSaysWhy},
	} {
		t.Run(test.name, func(t *testing.T) { test.test(t, rt) })
	}
	for name, test := range map[string]func(*testing.T, *runtime.Runtime, runtime.Level){
		"a fork is a tree":                  zygoteForkIsATree,
		"its death is that of its forks":    zygoteThatDiesTakesItsForksAlong,
		"with its owner it dies, and forks": zygoteAndForksDieWithTheirOwner,
	} {
		for _, level := range []runtime.Level{runtime.LevelMarks, runtime.LevelCgroup} {
			t.Run(name+"/"+level.String(), func(t *testing.T) { test(t, rt, level) })
		}
	}
}

func zygoteWorkersAnswer(t *testing.T, rt *runtime.Runtime) {
	const size = 3
	pool := zygotePool(t, rt, runtime.PoolSpec{Size: size})
	zygote := zygoteOf(t, pool)
	seen := map[string]bool{}
	for range 50 {
		assert.Equal(t, "x", ask(t, pool, "echo x"))
		fields := strings.Fields(ask(t, pool, "ids"))
		assert.Equal(t, strconv.Itoa(zygote), fields[1])
		seen[fields[0]] = true
	}
	assert.LessOrEqual(t, len(seen), size)
	pids := allReady(t, pool, size)
	for _, pid := range pids {
		assert.NotEqual(t, zygote, pid)
	}
	require.NoError(t, pool.Stop(within(t, limit)))
	assert.NoFileExists(t, fmt.Sprintf("/proc/%d", zygote))
}

// zygoteForkIsLikeAnyWorker: its environment, directory, session, descriptors
// and streams.
func zygoteForkIsLikeAnyWorker(t *testing.T, rt *runtime.Runtime) {
	command := pythonWorker(t, "")
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	command.Dir = dir
	command.Env.Set["COLOUR"] = "blue = green\nred"
	file, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer file.Close()
	command.Files = []*os.File{file}
	var mu sync.Mutex
	said := map[string]string{} // by worker and stream
	pool := zygotePool(t, rt, runtime.PoolSpec{Command: command, Size: 1,
		Output: func(worker int, stream actors.Stream, data []byte) {
			mu.Lock()
			defer mu.Unlock()
			said[fmt.Sprint(worker, stream)] += string(data)
		}})
	zygote := zygoteOf(t, pool)
	pid := allReady(t, pool, 1)[0]
	assert.Equal(t, dir, ask(t, pool, "cwd"))
	assert.Equal(t, command.Env.Set["COLOUR"], ask(t, pool, "environ COLOUR"))
	assert.Equal(t, dir, ask(t, pool, "environ PWD"))
	for _, name := range []string{"BROOD_ZYGOTE", "BROOD_WIRE"} {
		assert.Equal(t, "none", ask(t, pool, "environ "+name))
	}
	assert.Equal(t, strconv.Itoa(pid), ask(t, pool, "session"))
	inside := ask(t, pool, "inside")
	assert.Contains(t, inside, "BROOD_TREE="+ask(t, pool, "environ BROOD_TREE")+"\x00", "others see its own mark")
	assert.NotContains(t, inside, "BROOD_ZYGOTE")
	assert.Equal(t, "0 1 2 3 4 5 7 8", ask(t, pool, "descriptors"), "three of the wire, of which the fourth is closed, the command's file, the directory")
	ask(t, pool, "print hello")
	require.Eventually(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return said[fmt.Sprint(0, actors.Stdout)] == "hello\n" && said[fmt.Sprint(0, actors.Stderr)] == "hello\n"
	}, limit, soon)
	first := ask(t, pool, "random")
	kill9(t, pid, zygote)
	restarted(t, pool, 1)
	assert.NotEqual(t, first, ask(t, pool, "random"), "each fork has a seed of its own")
}

// kill9 kills a fork, whose parent is the zygote.
func kill9(t *testing.T, pid, parent int) {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(t, err)
	_, rest, _ := bytes.Cut(stat, []byte(") "))
	require.Equal(t, strconv.Itoa(parent), strings.Fields(string(rest))[1])
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
}

func zygoteForksExitIsExact(t *testing.T, rt *runtime.Runtime) {
	downs := make(chan *actors.Down, 100)
	watcher, err := rt.Spawn("watcher", actor.PropsFromFunc(func(ctx actor.Context) {
		if down, ok := ctx.Message().(*actors.Down); ok {
			downs <- down
		}
	}))
	require.NoError(t, err)
	pool := zygotePool(t, rt, runtime.PoolSpec{Size: 1,
		Subscribers: []*actor.PID{watcher.PID()}})
	zygote := zygoteOf(t, pool)
	for i, c := range []struct {
		task   string
		code   int
		signal syscall.Signal
		reason actors.Reason
	}{
		{"exit 0", 0, 0, actors.ReasonExited},
		{"exit 7", 7, 0, actors.ReasonExited},
		{"kill 15", -1, syscall.SIGTERM, actors.ReasonSignalled},
		{"kill 9", -1, syscall.SIGKILL, actors.ReasonSignalled},
	} {
		o := receive(t, submit(within(t, limit), pool, actors.Task{Payload: []byte(c.task)}))
		require.ErrorIs(t, o.err, actors.ErrWorkerExited)
		exit := receive(t, downs).Exit
		assert.Equal(t, c.code, exit.Code, c.task)
		assert.Equal(t, c.signal, exit.Signal, c.task)
		assert.Equal(t, c.reason, exit.Reason, c.task)
		assert.NoError(t, exit.Err, c.task)
		assert.Positive(t, exit.MaxRSSBytes)
		restarted(t, pool, i+1)
	}
	assert.Equal(t, zygote, zygoteOf(t, pool), "it has forked them all")
}

// zygoteForkIsATree: what a fork has started ends with it, also what has left
// its session, whether or not it executed something.
func zygoteForkIsATree(t *testing.T, rt *runtime.Runtime, level runtime.Level) {
	command := pythonWorker(t, "")
	command.Containment.Limit = level
	pool := zygotePool(t, rt, runtime.PoolSpec{Command: command, Size: 2})
	zygote := zygoteOf(t, pool)
	for i, start := range []string{"start", "fork"} {
		o := receive(t, submit(within(t, limit), pool, actors.Task{Payload: []byte(start)}))
		require.NoError(t, o.err)
		descendant := number(string(o.Payload))
		kill9(t, o.Worker, zygote)
		restarted(t, pool, i+1)
		assert.True(t, isDead(descendant), start)
		assert.False(t, isDead(zygote))
	}
	assert.Equal(t, zygote, zygoteOf(t, pool))
}

// isDead reports whether a process is gone, or a zombie.
func isDead(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || bytes.Contains(stat, []byte(") Z "))
}
