//go:build unix

package tree

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/tests/leak"
)

const helperName = "TREE_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperName) != "" {
		for {
			time.Sleep(time.Hour) // the helper: until killed
		}
	}
	os.Exit(leak.Run(m))
}

// await waits for the end of the tree.
func await(tree *Tree) (end End, err error) {
	done := make(chan struct{})
	tree.Await(func(e End, waitErr error) {
		end, err = e, waitErr
		close(done)
	})
	<-done
	return end, err
}

func startHelper(t *testing.T) *Tree {
	t.Helper()
	return startHelperWith(t)
}

func startHelperWith(t *testing.T, env ...string) *Tree {
	t.Helper()
	tree, err := Start(Spec{
		Path:  os.Args[0],
		Argv:  os.Args[:1],
		Env:   append(append(os.Environ(), helperName+"=1"), env...),
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	require.NoError(t, err)
	return tree
}

func TestTreeEndsByKill(t *testing.T) {
	tree := startHelper(t)
	assert.GreaterOrEqual(t, tree.Level(), LevelGroup)
	assert.Equal(t, []int{tree.PID()}, tree.Members())
	group, err := syscall.Getpgid(tree.PID())
	require.NoError(t, err)
	assert.Equal(t, tree.PID(), group)
	require.NoError(t, tree.Signal(0))
	require.NoError(t, tree.Kill())
	require.NoError(t, tree.Kill(), "a second time")

	end, err := await(tree)

	require.NoError(t, err)
	assert.Equal(t, syscall.SIGKILL, end.Signal)
	assert.Equal(t, -1, end.Code)
	assert.ErrorIs(t, tree.Signal(syscall.SIGTERM), os.ErrProcessDone)
	assert.ErrorIs(t, tree.Terminate(), os.ErrProcessDone)
	assert.NoError(t, tree.Kill(), "after the end")
	assert.ErrorIs(t, syscall.Kill(tree.PID(), 0), syscall.ESRCH, "it was not reaped")
	assert.Empty(t, tree.Members())
	assert.Empty(t, end.Survivors)
}

func TestTerminateWakesAStoppedChild(t *testing.T) {
	tree := startHelper(t)
	require.NoError(t, tree.Signal(syscall.SIGSTOP))
	require.NoError(t, tree.Terminate())

	end, err := await(tree)

	require.NoError(t, err)
	assert.Equal(t, syscall.SIGTERM, end.Signal)
}

// Between the end and the reaping the child is a zombie, and holds its id.
func TestAwaitExitLeavesAZombie(t *testing.T) {
	tree := startHelper(t)
	require.NoError(t, tree.Kill())
	require.NoError(t, awaitExit(tree.PID()))
	assert.NoError(t, syscall.Kill(tree.PID(), 0), "the id is free")

	_, err := await(tree)

	require.NoError(t, err)
}

func TestWaitForAChildThatWasReapedElsewhere(t *testing.T) {
	tree := startHelper(t)
	require.NoError(t, tree.Kill())
	_, err := syscall.Wait4(tree.PID(), nil, 0, nil)
	require.NoError(t, err)

	end, err := await(tree)

	assert.ErrorIs(t, err, syscall.ECHILD)
	assert.Equal(t, -1, end.Code)
	assert.Zero(t, end.Signal)
	assert.ErrorIs(t, tree.Signal(syscall.SIGKILL), os.ErrProcessDone, "the id may be a stranger's")
}

// Each of these would reach more than a child.
func TestGroupsThatAreNotSignalled(t *testing.T) {
	for _, group := range []int{-1, 0, 1, syscall.Getpgrp()} {
		assert.ErrorContains(t, signalGroup(group, 0), "refused", "group %d", group)
	}
	assert.ErrorIs(t, signalGroup(1<<22+1, 0), os.ErrProcessDone, "a group that cannot be")
}
