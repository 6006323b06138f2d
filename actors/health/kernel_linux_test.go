package health

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

const statLine = "42 (a) b (c)) STATE 7 42 42 34816 42 4194304 120 0 3 0 11 12 0 0 20 0 1 0 900 1 2 3"

func TestKernelStatIsReadBehindAnyName(t *testing.T) {
	for letter, want := range map[string]Condition{
		"R": Running, "S": Running, "I": Running, "D": Waiting, "T": Stopped, "t": Traced, "Z": NotKnown, "X": NotKnown,
	} {
		k, ok := parseKernelStat([]byte(strings.Replace(statLine, "STATE", letter, 1)))
		assert.True(t, ok)
		assert.Equal(t, kernelStat{state: letter[0], parent: 7, session: 42, minor: 120, major: 3, user: 11, system: 12}, k)
		assert.Equal(t, want, k.condition(), letter)
	}
	for _, bad := range []string{"", "42", "42 (a)", "42 (a) S 7", "42 (a) SS 7 42 42 0 0 0 0 0 0 0 0 0"} {
		_, ok := parseKernelStat([]byte(bad))
		assert.False(t, ok, bad)
	}
	assert.EqualValues(t, 17, switchesIn([]byte("Name:\tx\nvoluntary_ctxt_switches:\t17\nnonvoluntary_ctxt_switches:\t4\n")))
	assert.Zero(t, switchesIn([]byte("Name:\tx\nnonvoluntary_ctxt_switches:\t4\n")))
}

// One that waits in the kernel is stuck only if nothing at all has moved since.
func TestStuckIsTheSameWaitTwice(t *testing.T) {
	wait := kernelStat{state: 'D', system: 5, switches: 9}
	moved := wait
	moved.switches++
	for _, c := range []struct {
		name  string
		looks []kernelStat
		want  []Condition
	}{
		{"the same wait", []kernelStat{wait, wait, wait}, []Condition{Waiting, Stuck, Stuck}},
		{"another wait", []kernelStat{wait, moved, wait}, []Condition{Waiting, Waiting, Waiting}},
		{"it got time", []kernelStat{wait, {state: 'D', system: 6, switches: 9}}, []Condition{Waiting, Waiting}},
		{"it runs between", []kernelStat{wait, {state: 'R'}, wait}, []Condition{Waiting, Running, Waiting}},
		{"stopped at once", []kernelStat{{state: 'T'}}, []Condition{Stopped}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var last kernelStat
			var got []Condition
			for _, now := range c.looks {
				got = append(got, now.since(last))
				last = now
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestKernelTellsAStoppedProcess(t *testing.T) {
	conn, err := ptyio.Pipes{}.Start(ptyio.Command{Path: "cat"})
	require.NoError(t, err)
	defer func() {
		_, err := conn.Stop(-1)
		assert.NoError(t, err)
		conn.Close()
	}()
	probe := Kernel{}.Open(&Child{PID: conn.PID()})
	ctx := t.Context()
	assert.NoError(t, probe(ctx))
	assert.Equal(t, Running, ConditionOf(conn.PID()))
	require.NoError(t, conn.Signal(syscall.SIGSTOP))
	require.Eventually(t, func() bool { return ConditionOf(conn.PID()) == Stopped }, 10*time.Second, time.Millisecond)
	assert.EqualError(t, probe(ctx), "stopped by a signal: unresponsive")
	require.NoError(t, conn.Signal(syscall.SIGCONT))
	require.Eventually(t, func() bool { return probe(ctx) == nil }, 10*time.Second, time.Millisecond)
	assert.ErrorIs(t, Kernel{}.Open(&Child{PID: 1 << 30})(ctx), os.ErrNotExist)
	assert.Equal(t, NotKnown, ConditionOf(1<<30))
}
