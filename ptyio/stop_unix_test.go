//go:build unix

package ptyio_test

import (
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func TestStop(t *testing.T) {
	t.Run("asks", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		conn := startReady(t, ptyio.Pipes{}, helper("tidy", file))

		exit, err := conn.Stop(limit)

		require.NoError(t, err)
		assert.Equal(t, 0, exit.Code)
		requireContent(t, file, "first second")
	})
	t.Run("kills what does not listen, after the grace", func(t *testing.T) {
		conn := startReady(t, ptyio.Pipes{}, helper("ignore"))
		began := time.Now()

		exit, err := conn.Stop(250 * time.Millisecond)

		require.NoError(t, err)
		assert.Equal(t, syscall.SIGKILL, exit.Signal)
		assert.GreaterOrEqual(t, time.Since(began), 250*time.Millisecond)
		assert.Less(t, time.Since(began), limit)
	})
	t.Run("without grace kills at once", func(t *testing.T) {
		conn := startReady(t, ptyio.Pipes{}, helper("tidy", "unused"))

		exit, err := conn.Stop(0)

		require.NoError(t, err)
		assert.Equal(t, syscall.SIGKILL, exit.Signal)
	})
	t.Run("wakes a stopped child", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		conn := startReady(t, ptyio.Pipes{}, helper("tidy", file))
		require.NoError(t, conn.Signal(syscall.SIGSTOP))

		exit, err := conn.Stop(limit)

		require.NoError(t, err)
		assert.Equal(t, 0, exit.Code)
		requireContent(t, file, "first second")
	})
	t.Run("after the end", func(t *testing.T) {
		conn := start(t, ptyio.Pipes{}, helper("exit", "9"))
		wait(t, conn)

		exit, err := conn.Stop(limit)

		require.NoError(t, err)
		assert.Equal(t, 9, exit.Code)
	})
	t.Run("while the child floods", func(t *testing.T) {
		onEach(t, func(t *testing.T, transport ptyio.Transport) {
			conn := start(t, transport, helper("endless"))
			_, err := conn.Stdout().Read(make([]byte, 10))
			require.NoError(t, err)

			exit, err := conn.Stop(limit)

			require.NoError(t, err)
			assert.Equal(t, syscall.SIGTERM, exit.Signal)
		})
	})
}

func TestStopByManyAsksOnceAndTheShortestGraceCounts(t *testing.T) {
	conn := startReady(t, ptyio.Pipes{}, helper("ignore"))
	began := time.Now()
	var group sync.WaitGroup
	exits := make([]ptyio.Exit, 10)
	for i := range exits {
		group.Go(func() { exits[i], _ = conn.Stop(200*time.Millisecond + time.Duration(i)*time.Minute) })
	}
	stopped := async(group.Wait)

	requireDone(t, stopped, limit, "Stop")

	assert.GreaterOrEqual(t, time.Since(began), 200*time.Millisecond)
	for _, exit := range exits {
		assert.Equal(t, wait(t, conn), exit)
	}
}

func requireContent(t *testing.T, file, want string) {
	t.Helper()
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}
