package tests

import (
	"bytes"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// screen keeps what a child prints.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) print(_ actors.Stream, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(data)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// shows waits until the child has printed text.
func (s *screen) shows(t *testing.T, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return bytes.Contains([]byte(s.String()), []byte(text)) }, limit, soon,
		"%q on the screen", text)
}

func TestProcessConversation(t *testing.T) {
	var out screen
	p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
		Command: command(t, "cat"), Restart: runtime.Transient, Output: out.print,
	})
	for i := range 100 {
		require.NoError(t, p.Write(within(t, limit), fmt.Appendf(nil, "%d,", i)))
	}
	out.shows(t, "98,99,")
	require.NoError(t, p.CloseStdin())
	exit, err := p.Wait(within(t, limit))
	require.NoError(t, err)
	assert.True(t, exit.Success(), "transient, and not started again: %s", exit)
	assert.Zero(t, p.Restarts())
	assert.Zero(t, p.OSPID())
	assert.ErrorIs(t, p.Write(within(t, limit), []byte("x")), actors.ErrNotRunning)
	assert.ErrorIs(t, p.Signal(syscall.SIGTERM), actors.ErrNotRunning)
	assert.NoError(t, p.Stop(within(t, limit)))
}

func TestProcessOnTerminal(t *testing.T) {
	var out screen
	p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
		Command: command(t, "terminal"), Transport: runtime.PTY{Size: runtime.Size{Rows: 10, Cols: 20}}, Output: out.print,
	})
	out.shows(t, "size 10x20")
	require.NoError(t, p.Resize(runtime.Size{Rows: 30, Cols: 40}))
	out.shows(t, "size 30x40")
	require.NoError(t, p.Stop(within(t, limit)))
	assert.Equal(t, actors.ReasonStopped, p.Exit().Reason)
}

func TestRestarts(t *testing.T) {
	t.Run("permanent", func(t *testing.T) {
		p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{Command: command(t, "mute"), Intensity: 10, Period: time.Minute})
		pid, osPID := p.PID(), p.OSPID()
		kill(osPID, syscall.SIGKILL)
		require.Eventually(t, func() bool { return p.Restarts() == 1 && p.OSPID() > 0 }, limit, soon)
		assert.NotEqual(t, osPID, p.OSPID())
		assert.True(t, pid.Equal(p.PID()), "the actor is the same")
		assert.Equal(t, syscall.SIGKILL, p.Exit().Signal)
		assert.Equal(t, actors.ReasonSignalled, p.Exit().Reason)
	})
	t.Run("transient after a failure", func(t *testing.T) {
		p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{Command: command(t, "mute"), Restart: runtime.Transient})
		kill(p.OSPID(), syscall.SIGKILL)
		require.Eventually(t, func() bool { return p.Restarts() == 1 && p.OSPID() > 0 }, limit, soon)
	})
	t.Run("temporary", func(t *testing.T) {
		p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{Command: command(t, "mute"), Restart: runtime.Temporary})
		kill(p.OSPID(), syscall.SIGKILL)
		exit, err := p.Wait(within(t, limit))
		require.NoError(t, err)
		assert.Equal(t, syscall.SIGKILL, exit.Signal)
		assert.Zero(t, p.Restarts())
	})
	t.Run("too many", func(t *testing.T) {
		p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{Command: command(t, "exit"), Intensity: 3, Period: time.Minute})
		_, err := p.Wait(within(t, limit))
		assert.ErrorIs(t, err, actors.ErrGaveUp)
		assert.ErrorContains(t, err, "exit code 3")
		assert.Equal(t, 3, p.Restarts())
	})
}

func TestStartOfChildWithoutHello(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	_, err := rt.Start(within(t, 100*time.Millisecond), runtime.ProcessSpec{Command: command(t, "mute"), Protocol: runtime.Wire{}})
	assert.ErrorContains(t, err, "deadline exceeded")
	noChildren(t)
}

func TestCase19WaitDespiteDescendant(t *testing.T) {
	t.Run("contained", func(t *testing.T) {
		var out screen
		p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
			Command: command(t, "sire"), Restart: runtime.Temporary, Output: out.print,
		})
		exit, err := p.Wait(within(t, limit))
		require.NoError(t, err)
		assert.Equal(t, 0, exit.Code)
		assert.False(t, exit.OutputIncomplete, "nobody is left to hold it")
		assert.Empty(t, exit.HeldBy)
		noChildren(t)
	})
	t.Run("group level", func(t *testing.T) {
		var out screen
		p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
			Command: weakly(command(t, "sire")), Restart: runtime.Temporary, Output: out.print,
		})
		exit, err := p.Wait(within(t, limit))
		descendant := endDescendant(t, out.String())
		require.NoError(t, err)
		assert.Equal(t, 0, exit.Code)
		assert.True(t, exit.OutputIncomplete)
		assert.Equal(t, []int{descendant}, exit.HeldBy)
	})
}
