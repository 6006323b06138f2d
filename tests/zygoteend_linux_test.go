package tests

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/ptyio"
	"brood/runtime"
)

func zygoteThatDiesTakesItsForksAlong(t *testing.T, rt *runtime.Runtime, level runtime.Level) {
	command := pythonWorker(t, "")
	command.Containment.Limit = level
	pool := zygotePool(t, rt, runtime.PoolSpec{Command: command, Size: 3})
	before, zygote := allReady(t, pool, 3), zygoteOf(t, pool)
	g := newGate(t)
	held := submit(within(t, limit), pool, actors.Task{Payload: []byte("hold " + g.path)})
	g.reached(t) // one that was not begun would go to another fork
	kill(zygote, syscall.SIGKILL)
	var exited *actors.WorkerExitedError
	require.ErrorAs(t, receive(t, held).err, &exited)
	assert.Equal(t, actors.ReasonZygoteEnded, exited.Exit.Reason)
	assert.ErrorIs(t, exited.Exit.Err, ptyio.ErrZygoteEnded)
	restarted(t, pool, 3)
	for _, pid := range before {
		assert.True(t, isDead(pid))
	}
	assert.NotEqual(t, zygote, zygoteOf(t, pool))
}

func zygoteThatCannotStartSaysWhy(t *testing.T, rt *runtime.Runtime) {
	for how, want := range map[string]string{
		"broken":  "No module named 'no_such_module'",
		"threads": "1 threads were started before serve (busy)",
	} {
		_, err := rt.StartPool(within(t, limit), runtime.PoolSpec{Command: pythonWorker(t, how), Zygote: true})
		var failed *runtime.StartError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, 1, failed.Exit.Code)
		assert.Contains(t, string(failed.Exit.StderrTail), want)
	}
}

// zygoteLeavesNothingAfterManyForks: no zombie, no descriptor.
func zygoteLeavesNothingAfterManyForks(t *testing.T, rt *runtime.Runtime) {
	const size = 4
	pool := zygotePool(t, rt, runtime.PoolSpec{Size: size})
	zygote := zygoteOf(t, pool)
	descriptors := func() int {
		entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", zygote))
		require.NoError(t, err)
		return len(entries)
	}
	ours, theirs := countDescriptors(t), descriptors()
	forks := fewer(100)
	var exits []<-chan outcome
	for range forks {
		exits = append(exits, submit(within(t, limit), pool, actors.Task{Payload: []byte("exit 3")}))
	}
	for _, exit := range exits {
		require.ErrorIs(t, receive(t, exit).err, actors.ErrWorkerExited)
	}
	restarted(t, pool, forks)
	assert.Eventually(t, func() bool { return countDescriptors(t) <= ours }, limit, soon)
	assert.Equal(t, theirs, descriptors())
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", zygote, zygote))
	require.NoError(t, err)
	assert.Len(t, strings.Fields(string(children)), size)
	assert.Equal(t, zygote, zygoteOf(t, pool))
}

// zygoteOwner is a program that owns a pool of forks. It prints who they are.
func zygoteOwner() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		panic(err)
	}
	pool, err := rt.StartPool(context.Background(), runtime.PoolSpec{Zygote: true, Size: 2, Command: runtime.Command{
		Path: os.Args[1], Args: []string{"-B", os.Args[2]},
		Env:         runtime.Env{Set: map[string]string{"PYTHONPATH": os.Args[3]}},
		Containment: runtime.Containment{Limit: runtime.Level(number(os.Args[4]))},
	}})
	if err != nil {
		panic(err)
	}
	for _, what := range []string{"ids", "start", "fork"} {
		result, err := pool.Submit(context.Background(), actors.Task{Payload: []byte(what)})
		if err != nil {
			panic(err)
		}
		fmt.Print(string(result.Payload), " ")
	}
	fmt.Println()
	select {}
}

// zygoteAndForksDieWithTheirOwner, which is killed.
func zygoteAndForksDieWithTheirOwner(t *testing.T, rt *runtime.Runtime, level runtime.Level) {
	inner := pythonWorker(t, "")
	outer := command(t, "zygote-owner", inner.Path, inner.Args[0], inner.Env.Set["PYTHONPATH"], strconv.Itoa(int(level)))
	lines := make(chan string, 1)
	owner := start(t, rt, runtime.ProcessSpec{Command: outer, Restart: runtime.Temporary,
		Lines: func(line actors.Line) {
			if line.Stream == actors.Stdout {
				lines <- string(line.Text)
			} else {
				t.Log(string(line.Text))
			}
		}})
	family := strings.Fields(receive(t, lines))
	require.Len(t, family, 5)
	for _, pid := range family {
		require.False(t, isDead(number(pid)))
	}
	kill(owner.OSPID(), syscall.SIGKILL)
	for _, pid := range family {
		require.Eventually(t, func() bool { return isDead(number(pid)) }, limit, soon)
	}
}

// The workers of a zygote can be more, fewer and others, and they all are forks of
// the one that is there, also when it is a new one.
func TestWorkersOfAZygoteAreChanged(t *testing.T) {
	var slots []map[string]string
	for i := range 5 {
		slots = append(slots, map[string]string{"SLOT": fmt.Sprint("slot", i)})
	}
	pool := zygotePool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{Size: 1, Slots: slots})
	zygote := zygoteOf(t, pool)
	for range 2 {
		ctx := within(t, limit)
		require.NoError(t, pool.Resize(ctx, 3))
		before := allReady(t, pool, 3)
		require.NoError(t, pool.Roll(ctx, runtime.Rolling{AtOnce: 2}))
		after := allReady(t, pool, 3)
		disjoint(t, before, after)
		require.NoError(t, pool.Recycle(ctx, pool.Stats().Workers[0].Number))
		require.NoError(t, pool.Resize(ctx, 2))
		allReady(t, pool, 2)
		require.Equal(t, zygote, zygoteOf(t, pool))
		require.Contains(t, ask(t, pool, "environ SLOT"), "slot")

		kill(zygote, syscall.SIGKILL)
		restarted(t, pool, 2)
		require.NotEqual(t, zygote, zygoteOf(t, pool))
		zygote = zygoteOf(t, pool)
	}
}
