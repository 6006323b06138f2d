package ptyiotest

import (
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func exitCodes(t *trial) {
	for _, code := range []int{0, 1, 3, 127, 128, 255} {
		before := time.Now()
		exit := t.start("exit", strconv.Itoa(code)).wait()
		assert.Equal(t, code, exit.Code)
		assert.Zero(t, exit.Signal)
		assert.Equal(t, code == 0, exit.Success())
		assert.False(t, exit.CoreDumped)
		assert.False(t, exit.Started.Before(before), "Started is before the start")
		assert.False(t, exit.Ended.Before(exit.Started), "Ended is before Started")
		assert.False(t, time.Now().Before(exit.Ended), "Ended is after Wait")
		assert.Nil(t, exit.Survivors)
	}
}

func waitByMany(t *trial) {
	k := t.startReady("cat", "1")
	var waits []pending[ended]
	for range 10 {
		waits = append(waits, k.waiting())
	}
	_, over := waits[0].within(shortly)
	require.False(t, over, "Wait returned while the child runs")
	k.write([]byte("x"))
	exit := k.wait()
	for _, w := range append(waits, k.waiting()) {
		assert.Equal(t, ended{exit, nil}, await(t, w))
	}
	k.closeConn()
	assert.Equal(t, exit, k.wait(), "Wait after Close")
}

// onExit registers functions before the end and after it.
func onExit(t *trial) {
	k := t.startReady("cat", "1")
	calls := make(chan ended, 100) // more than there are calls, also wrong ones
	note := func(exit ptyio.Exit, err error) { calls <- ended{exit, err} }
	k.OnExit(note)
	k.OnExit(note)
	_, called := calledWithin(calls, shortly)
	assert.False(t, called, "called while the child runs")
	k.write([]byte("x"))
	exit := k.wait()
	for range 2 {
		end, called := calledWithin(calls, t.patience())
		assert.True(t, called, "no call after the end")
		assert.Equal(t, ended{exit, nil}, end)
	}
	k.OnExit(note)
	assert.Len(t, calls, 1, "after the end it is called at once")
	end, _ := calledWithin(calls, shortly)
	assert.Equal(t, ended{exit, nil}, end)
	k.closeConn()
	k.stop(0)
	assert.Empty(t, calls, "further calls")
}

func calledWithin(calls <-chan ended, d time.Duration) (end ended, called bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case end = <-calls:
		return end, true
	case <-timer.C:
		return end, false
	}
}

func kill(t *trial) {
	k := t.startReady("ignore")
	require.NoError(t, k.Kill())
	require.NoError(t, k.Kill(), "again")
	exit := k.wait()
	assert.False(t, exit.Success())
	if !t.NoSignals {
		assert.Equal(t, -1, exit.Code)
		assert.Equal(t, syscall.SIGKILL, exit.Signal)
	}
	assert.NoError(t, k.Kill(), "after the end")
	assertEOF(t, k.read(10))
	k.closeConn()
	assert.NoError(t, k.Kill(), "after Close")
}

func deadlySignals(t *trial) {
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		k := t.startReady("block")
		require.NoError(t, k.Signal(sig))
		exit := k.wait()
		assert.Equal(t, sig, exit.Signal)
		assert.Equal(t, -1, exit.Code)
		assert.False(t, exit.Success())
	}
}

func caughtSignal(t *trial) {
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
		k := t.startReady("catch")
		require.NoError(t, k.Signal(sig))
		assert.Equal(t, "caught "+strconv.Itoa(int(sig)), k.line())
		exit := k.wait()
		assert.Equal(t, 7, exit.Code)
		assert.Zero(t, exit.Signal)
	}
}

func signalAfterEnd(t *trial) {
	k := t.start("exit", "0")
	k.wait()
	assert.ErrorIs(t, k.Signal(syscall.SIGTERM), os.ErrProcessDone)
	k.closeConn()
	assert.ErrorIs(t, k.Signal(syscall.SIGTERM), os.ErrProcessDone, "after Close")
}

func resize(t *trial) {
	k := t.startReady("block")
	require.NoError(t, k.Resize(ptyio.Size{Rows: 2, Cols: 3}))
	k.stop(0)
	assert.ErrorIs(t, k.Resize(ptyio.Size{Rows: 4, Cols: 5}), os.ErrProcessDone)

	k = t.start("size")
	k.line() // whatever the first size is
	for rows := uint16(1); rows <= 20; rows++ {
		require.NoError(t, k.Resize(ptyio.Size{Rows: rows, Cols: 7}))
		require.Equal(t, strconv.Itoa(int(rows))+" 7", k.line())
	}
}

func resizeRefused(t *trial) {
	k := t.startReady("block")
	assert.ErrorIs(t, k.Resize(ptyio.Size{Rows: 1, Cols: 1}), ptyio.ErrNotTerminal)
}
