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

func TestZygoteThatDiesTakesItsForksAlong(t *testing.T) {
	for _, level := range levels {
		t.Run(level.String(), func(t *testing.T) {
			command := pythonWorker(t, "")
			command.Containment.Limit = level
			pool := zygotePool(t, runtime.PoolSpec{Command: command, Size: 3})
			before, zygote := allReady(t, pool, 3), zygoteOf(t, pool)
			held := submit(within(t, limit), pool, actors.Task{Payload: []byte("hang")})
			require.Eventually(t, func() bool { return pool.Stats().Held == 1 }, limit, soon)
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
		})
	}
}

// TestZygoteThatHangsIsReplaced: one that was stopped cannot fork, and is killed.
func TestZygoteThatHangsIsReplaced(t *testing.T) {
	if testing.Short() {
		t.Skip("takes the patience with a zygote")
	}
	pool := zygotePool(t, runtime.PoolSpec{Size: 1})
	pid, zygote := allReady(t, pool, 1)[0], zygoteOf(t, pool)
	stopProcess(t, zygote)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	restarted(t, pool, 1)
	assert.NotEqual(t, zygote, zygoteOf(t, pool))
}

func TestZygoteThatCannotStartSaysWhy(t *testing.T) {
	for how, want := range map[string]string{
		"broken":  "No module named 'no_such_module'",
		"threads": "1 threads were started before serve (busy)",
	} {
		t.Run(how, func(t *testing.T) {
			rt := newRuntime(t, runtime.Options{})
			_, err := rt.StartPool(within(t, limit), runtime.PoolSpec{Command: pythonWorker(t, how), Zygote: true})
			var failed *runtime.StartError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, 1, failed.Exit.Code)
			assert.Contains(t, string(failed.Exit.StderrTail), want)
		})
	}
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

// TestZygoteAndForksDieWithTheirOwner, which is killed.
func TestZygoteAndForksDieWithTheirOwner(t *testing.T) {
	for _, level := range levels {
		t.Run(level.String(), func(t *testing.T) {
			inner := pythonWorker(t, "")
			outer := command(t, "zygote-owner", inner.Path, inner.Args[0], inner.Env.Set["PYTHONPATH"], strconv.Itoa(int(level)))
			lines := make(chan string, 1)
			rt := newRuntime(t, runtime.Options{})
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
		})
	}
}

// The workers of a zygote can be more, fewer and others, and they all are forks of
// the one that is there, also when it is a new one.
func TestWorkersOfAZygoteAreChanged(t *testing.T) {
	var slots []map[string]string
	for i := range 5 {
		slots = append(slots, map[string]string{"SLOT": fmt.Sprint("slot", i)})
	}
	pool := zygotePool(t, runtime.PoolSpec{Size: 1, Slots: slots})
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
