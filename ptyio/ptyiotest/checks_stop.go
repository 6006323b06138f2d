package ptyiotest

import (
	"syscall"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// grace is what a child that ignores TERM gets.
const grace = 250 * time.Millisecond

func stopAsks(t *trial) {
	k := t.startReady("catch")
	exit := k.stop(t.patience())
	assert.Equal(t, 7, exit.Code)
	assert.Contains(t, string(k.rest()), "caught 15\n", "what it printed at the end")
	assert.Equal(t, exit, k.wait())
}

func stopKills(t *trial) {
	k := t.startReady("ignore")
	began := time.Now()
	exit := k.stop(grace)
	assert.GreaterOrEqual(t, time.Since(began), grace)
	assert.Equal(t, syscall.SIGKILL, exit.Signal)
}

func stopAtOnce(t *trial) {
	for _, grace := range []time.Duration{0, -time.Second} {
		k := t.startReady("ignore")
		exit := k.stop(grace)
		assert.False(t, exit.Success())
		if !t.NoSignals {
			assert.Equal(t, syscall.SIGKILL, exit.Signal)
		}
		assert.Equal(t, exit, k.wait())
	}
}

// stopByMany wants one TERM, to many programs a second one means "at once", and
// the shortest grace to count.
func stopByMany(t *trial) {
	k := t.startReady("count")
	var stops []pending[ended]
	for range 5 {
		stops = append(stops, k.stopping(t.patience()))
	}
	exit := await(t, stops[0]).exit
	assert.Equal(t, 11, exit.Code, "10 and the number of TERMs")
	for _, s := range stops[1:] {
		assert.Equal(t, ended{exit, nil}, await(t, s))
	}

	k = t.startReady("ignore")
	long := k.stopping(time.Hour)
	short := k.stopping(grace)
	exit = await(t, short).exit
	assert.Equal(t, syscall.SIGKILL, exit.Signal)
	assert.Equal(t, ended{exit, nil}, await(t, long), "the longer one")
}

func stopAfterEnd(t *trial) {
	k := t.start("exit", "9")
	exit := k.wait()
	assert.Equal(t, 9, exit.Code)
	assert.Equal(t, exit, k.stop(t.patience()))
	assert.Equal(t, exit, k.stop(0))
	k.closeConn()
	assert.Equal(t, exit, k.stop(t.patience()), "after Close")
}

func stopFlood(t *trial) {
	k := t.startReady("endless")
	exit := k.stop(t.patience())
	assert.False(t, exit.Success())
	if !t.NoSignals {
		assert.Equal(t, syscall.SIGTERM, exit.Signal)
	}
}

func stopStopped(t *trial) {
	if sigStop == 0 {
		return // there is no such signal on this system
	}
	k := t.startReady("catch")
	require.NoError(t, k.Signal(sigStop))
	exit := k.stop(t.patience())
	assert.Equal(t, 7, exit.Code)
}
