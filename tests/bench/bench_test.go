package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/tests/leak"
	"brood/tests/load"
)

func TestContestantsAnswerEveryTask(t *testing.T) {
	for _, contestant := range contestants(t) {
		t.Run(contestant.name, func(t *testing.T) {
			const tasks = 2000
			done, err := load.Drive(open(t, contestant), 64, load.AtMost(tasks))
			require.NoError(t, err)
			assert.Equal(t, tasks, done)
		})
		require.Eventually(t, func() bool { return len(leak.Children()) == 0 }, 5*time.Second, time.Millisecond,
			"%s left children", contestant.name)
	}
}
