package ptyiotest

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func startFails(t *trial) {
	good := t.command("exit", "0")
	nul := good
	nul.Args = append([]string{"a\x00b"}, good.Args...)
	commands := map[string]ptyio.Command{"without a path": {}, "with a NUL byte": nul}
	if t.Missing.Path != "" {
		commands["of Subject.Missing"] = t.Missing
	}
	for what, cmd := range commands {
		s := await(t, async("Start", func() started {
			conn, err := t.Transport.Start(cmd)
			return started{conn, err}
		}))
		assert.Nil(t, s.conn, "the Conn of a command %s", what)
		var start *ptyio.StartError
		if assert.ErrorAs(t, s.err, &start, "a command %s", what) {
			assert.Equal(t, cmd.Path, start.Path, "a command %s", what)
			assert.NotNil(t, start.Err, "the cause, of a command %s", what)
		}
	}
}

func commandArrives(t *trial) {
	args := []string{"", " ", "two words", "line\nbreak", `"'$\`, "--flag=x", "ü", "\xff", "*"}
	k := t.start("args", args...)
	for _, arg := range args {
		assert.Equal(t, strconv.Quote(arg), k.line(), "an argument")
	}
	cmd := t.command("env", "PTYIOTEST_A", "PTYIOTEST_B", "PTYIOTEST_NONE")
	set := map[string]string{"PTYIOTEST_A": "a=b c\n", "PTYIOTEST_B": ""}
	for name, value := range cmd.Env.Set {
		set[name] = value
	}
	cmd.Env.Set = set
	k = t.startCommand(cmd)
	for _, value := range []string{"a=b c\n", "", ""} {
		assert.Equal(t, strconv.Quote(value), k.line(), "a variable")
	}
}

func oneIdentity(t *trial) {
	k := t.startReady("block")
	other := t.startReady("block")
	pid, level := k.PID(), k.Level()
	assert.NotZero(t, pid)
	assert.NotEqual(t, pid, other.PID(), "the PID of another child")
	assert.Contains(t, []ptyio.Level{
		ptyio.LevelProcess, ptyio.LevelGroup, ptyio.LevelMarks, ptyio.LevelCgroup,
	}, level)
	assert.NotContains(t, k.Holders(), os.Getpid(), "Holders are others")

	k.stop(0)

	assert.Equal(t, pid, k.PID(), "PID after the end")
	assert.Equal(t, level, k.Level(), "Level after the end")
	assert.NotContains(t, k.Holders(), os.Getpid(), "Holders are others, also after the end")
}

// manyStarts uses the transport by many at once.
func manyStarts(t *trial) {
	const children = 10
	type result struct {
		output []byte
		end    ended
		err    error
	}
	var runs []pending[result]
	for i := range children {
		runs = append(runs, async("a child of many", func() (r result) {
			conn, err := t.Transport.Start(t.command("args", fmt.Sprint(i)))
			if err != nil {
				return result{err: err}
			}
			defer conn.Close()
			r.output = <-readAll(conn.Stdout()).result
			r.end.exit, r.end.err = conn.Wait()
			return r
		}))
	}
	for i, run := range runs {
		r := await(t, run)
		require.NoError(t, r.err, "Start")
		assert.Equal(t, fmt.Sprintf("\"%d\"\n", i), string(r.output))
		assert.NoError(t, r.end.err)
		assert.True(t, r.end.exit.Success(), "%v", r.end.exit)
	}
}

// nothingLeft counts goroutines and, where the system tells, descriptors. What
// the first child brought to stay is no leak.
func nothingLeft(t *trial) {
	cycle := func() {
		conn, err := t.Transport.Start(t.command("exit", "0"))
		require.NoError(t, err, "Start")
		end := await(t, async("Wait", func() ended {
			exit, err := conn.Wait()
			return ended{exit, err}
		}))
		assert.NoError(t, end.err, "Wait")
		assert.NoError(t, conn.Close(), "Close")
	}
	cycle()
	descriptors, goroutines := descriptorCount(), runtime.NumGoroutine()
	const cycles = 10
	for range cycles {
		cycle()
	}
	if !settles(t.patience(), func() bool { return runtime.NumGoroutine() <= goroutines }) {
		t.Errorf("%d goroutines before %d children, %d after", goroutines, cycles, runtime.NumGoroutine())
	}
	if !settles(t.patience(), func() bool { return descriptorCount() <= descriptors }) {
		t.Errorf("%d descriptors before %d children, %d after", descriptors, cycles, descriptorCount())
	}
}

// descriptorCount is 0 where the system does not tell.
func descriptorCount() int {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// settles waits for what comes a moment after the end of what causes it.
func settles(patience time.Duration, settled func() bool) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !settled() {
		select {
		case <-tick.C:
		case <-timer.C:
			return false
		}
	}
	return true
}
