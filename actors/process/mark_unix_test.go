//go:build unix

package process

import (
	"encoding/binary"
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
)

// A worker's death does no harm to what it had not begun.
func TestDeathOfAWorkerThatMarks(t *testing.T) {
	for role, marks := range map[string]bool{"worker": true, "worker-without-mark": false} {
		t.Run(role, func(t *testing.T) {
			m := startMember(t, workerAs(t, role))
			require.NoError(t, m.result(m.hand(work("answered")).Done).Err)
			running := m.begins("ignore-cancel")
			behind := []*Call{m.hand(work("x")), m.hand(work("y"))}
			require.NoError(t, m.do(&actors.Ping{}), "they are written")
			require.NoError(t, m.do(&actors.Signal{Sig: syscall.SIGKILL}))
			back := told[*Returned](m)
			if !marks {
				assert.Equal(t, append([]*Call{running}, behind...), back.MayHaveRun)
				assert.Empty(t, back.NotRun)
				return
			}
			assert.Equal(t, []*Call{running}, back.MayHaveRun)
			assert.Equal(t, behind, back.NotRun)
			assert.Equal(t, []int{1, 0, 0}, []int{running.Attempts, behind[0].Attempts, behind[1].Attempts})
		})
	}
}

// Without a pool the error says it.
func TestWorkerExitedErrorOfATaskThatWasNotBegun(t *testing.T) {
	h := start(t, workerAs(t, "worker"))
	await[*actors.Ready](h)
	dies, behind := h.submit("die"), h.submit("x")
	for answer, mayHaveRun := range map[<-chan actors.Result]bool{dies: true, behind: false} {
		var exited *actors.WorkerExitedError
		err := h.result(answer).Err
		require.True(t, errors.As(err, &exited), "%v", err)
		assert.Equal(t, mayHaveRun, exited.MayHaveRun)
		assert.Equal(t, 7, exited.Exit.Code)
		assert.Equal(t, 1, exited.Attempts)
	}
}

// The pool is told how long a worker works on a call, if that says it.
func TestPoolIsToldThePace(t *testing.T) {
	for role, tells := range map[string]bool{"worker": true, "worker-without-mark": false} {
		t.Run(role, func(t *testing.T) {
			m := startMember(t, workerAs(t, role))
			require.NoError(t, m.result(m.hand(work("x")).Done).Err)
			pace := time.Duration(told[toldPace](m))
			assert.Equal(t, tells, pace > 0)
			assert.Less(t, pace, time.Minute)
		})
	}
}

// The file is looked at once in a while.
func TestPaceIsReadAtMostOnceAMillisecond(t *testing.T) {
	file, err := newMarkFile()
	require.NoError(t, err)
	defer file.Close()
	say := func(pace uint64) {
		_, err := file.WriteAt(binary.LittleEndian.AppendUint64(nil, pace), 8)
		require.NoError(t, err)
	}
	w := &wire{mark: file, marks: true}
	now := time.Unix(1000, 0)
	for _, c := range []struct {
		after time.Duration
		says  uint64
		want  time.Duration
	}{{0, 5000, 5000}, {lookAtPace - 1, 7000, 5000}, {1, 7000, 7000}, {time.Hour, 0, 0}, {1, 9000, 0}} {
		now = now.Add(c.after)
		say(c.says)
		w.readPace(now)
		assert.Equal(t, c.want, w.pace)
	}
	w = &wire{mark: file}
	w.readPace(now)
	assert.Zero(t, w.pace, "it does not mark")
}
