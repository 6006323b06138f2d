package ptyio_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"brood/ptyio"
)

func TestExitString(t *testing.T) {
	tests := []struct {
		exit    ptyio.Exit
		want    string
		success bool
	}{
		{ptyio.Exit{}, "exit code 0", true},
		{ptyio.Exit{Code: 3}, "exit code 3", false},
		{ptyio.Exit{Code: -1, Signal: 9}, "signal: killed", false},
		{ptyio.Exit{Code: -1, Signal: 6, CoreDumped: true}, "signal: aborted (core dumped)", false},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, test.exit.String())
		assert.Equal(t, test.success, test.exit.Success())
	}
}

// fewer returns how many of n things a test does when it is to be short, as under
// the race detector: what is found by many is looked for without it.
func fewer(n int) int {
	if testing.Short() {
		return max(n/5, 1)
	}
	return n
}

func TestCase18EveryExitCodeIsExact(t *testing.T) {
	for code := range 256 {
		conn := start(t, ptyio.Pipes{}, ptyio.Shell("exit "+strconv.Itoa(code)))
		exit := wait(t, conn)
		assert.Equal(t, code, exit.Code)
		assert.Zero(t, exit.Signal)
	}
}

func TestWaitTellsAllCallersTheSame(t *testing.T) {
	before := time.Now()
	conn := start(t, ptyio.Pipes{}, helper("exit", "7"))
	exits := make([]ptyio.Exit, 20)
	var group sync.WaitGroup
	for i := range exits {
		group.Go(func() { exits[i], _ = conn.Wait() })
	}
	group.Wait()

	last := wait(t, conn)
	assert.Equal(t, 7, last.Code)
	for _, exit := range exits {
		assert.Equal(t, last, exit)
	}
	assert.False(t, last.Started.Before(before))
	assert.True(t, last.Ended.After(last.Started))
	assert.False(t, last.Ended.After(time.Now()))
}

func TestExitTellsWhatWasUsed(t *testing.T) {
	exit := wait(t, start(t, ptyio.Pipes{}, helper("usage")))

	assert.GreaterOrEqual(t, exit.UserTime+exit.SystemTime, 20*time.Millisecond)
	assert.Less(t, exit.UserTime+exit.SystemTime, time.Minute)
	assert.GreaterOrEqual(t, exit.MaxRSSBytes, int64(64<<20))
	assert.Less(t, exit.MaxRSSBytes, int64(1<<30))
}
