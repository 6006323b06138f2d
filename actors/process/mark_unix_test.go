//go:build unix

package process

import (
	"errors"
	"syscall"
	"testing"

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
