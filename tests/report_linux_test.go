package tests

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

func TestReportOfAShutdown(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	assert.Zero(t, rt.Report(), "there was no shutdown yet")
	var out screen
	crash := start(t, rt, runtime.ProcessSpec{Name: "crash", Command: command(t, "stubborn"), Restart: runtime.Temporary, Output: out.print})
	out.shows(t, "ready")
	require.NoError(t, crash.Signal(syscall.SIGKILL))
	_, err := crash.Wait(within(t, limit))
	require.NoError(t, err)

	log := filepath.Join(t.TempDir(), "log")
	var polite, deaf screen
	start(t, rt, runtime.ProcessSpec{Name: "polite", Command: command(t, "witness", log, "x"), Output: polite.print})
	polite.shows(t, "ready")
	start(t, rt, runtime.ProcessSpec{Name: "deaf", Command: command(t, "stubborn"), Grace: 300 * time.Millisecond, Output: deaf.print})
	deaf.shows(t, "ready")
	pool := startPool(t, rt, runtime.PoolSpec{Name: "busy", Command: command(t, "worker"), Size: 1, Grace: 100 * time.Millisecond})
	g := newGate(t)
	held := submit(within(t, limit), pool, actors.Task{Payload: []byte("hold-on " + g.path), Tag: "held"})
	g.reached(t)
	waiting := submit(within(t, limit), pool, actors.Task{Payload: []byte("waits"), Tag: "waits"})
	queued(t, pool, 1)
	ctx, abandon := context.WithCancel(context.Background())
	given := submit(ctx, pool, actors.Task{Payload: []byte("waits"), Tag: "given up"})
	queued(t, pool, 2)
	abandon()
	assert.ErrorIs(t, receive(t, given).err, context.Canceled)

	require.Error(t, rt.Shutdown(within(t, 5*time.Second)))
	assert.ErrorIs(t, receive(t, waiting).err, actors.ErrStopping)
	assert.ErrorIs(t, receive(t, held).err, actors.ErrWorkerExited)

	r := rt.Report()
	var services, children []string
	ends := map[string]runtime.ChildEnd{}
	for _, s := range r.Services {
		services = append(services, s.Name)
		assert.Positive(t, s.Took)
		assert.NoError(t, s.Err)
	}
	for _, c := range r.Children {
		children = append(children, c.Name)
		ends[c.Name] = c
		assert.NotZero(t, c.PID)
		assert.LessOrEqual(t, c.After, r.Took)
		assert.Equal(t, actors.ReasonStopped, c.Exit.Reason)
	}
	assert.Equal(t, []string{"busy", "deaf", "polite"}, services, "the reverse order of their start")
	assert.Equal(t, services, children, "the one that ended before is not among them")
	assert.Equal(t, syscall.SIGKILL, ends["deaf"].Exit.Signal)
	assert.Zero(t, ends["polite"].Exit.Code)
	assert.GreaterOrEqual(t, r.Services[1].Took, 300*time.Millisecond)
	assert.GreaterOrEqual(t, r.Drained, time.Second)
	assert.Greater(t, r.Took, r.Drained)
	assert.Empty(t, r.Survivors())
	var undone []any
	for _, u := range r.Undone {
		assert.Equal(t, "busy", u.Pool)
		assert.Error(t, u.Err)
		undone = append(undone, u.Tag)
	}
	assert.ElementsMatch(t, []any{"held", "waits"}, undone, "and not the one that its submitter gave up")
	text := r.String()
	assert.Contains(t, text, "task of busy not done: stopping")
	assert.Contains(t, text, "signal: killed (stopped)")
	assert.Equal(t, 1+3+3+2, strings.Count(text, "\n"), text)
}

// The manager is the test, on a real socket; the program runs as its service.
func TestServiceManagerIsTold(t *testing.T) {
	address := &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"}
	manager, err := net.ListenUnixgram("unixgram", address)
	require.NoError(t, err)
	defer manager.Close()
	service := command(t, "service")
	service.Env.Set["NOTIFY_SOCKET"] = address.Name
	service.Env.Set["WATCHDOG_USEC"] = "20000"
	p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{Command: service, Restart: runtime.Temporary})

	require.NoError(t, manager.SetReadDeadline(time.Now().Add(limit)))
	heard := func() string {
		buf := make([]byte, 100)
		n, err := manager.Read(buf)
		require.NoError(t, err)
		return string(buf[:n])
	}
	assert.Equal(t, "READY=1", heard())
	for range 3 {
		assert.Equal(t, "WATCHDOG=1", heard())
	}
	require.NoError(t, p.Signal(syscall.SIGTERM))
	last := heard()
	for last == "WATCHDOG=1" {
		last = heard()
	}
	assert.Equal(t, "STOPPING=1", last)
	exit, err := p.Wait(within(t, limit))
	require.NoError(t, err)
	assert.Equal(t, 143, exit.Code, "%s\n%s", exit, exit.StderrTail)
}

func TestWithoutAServiceManagerNobodyIsTold(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	told, err := rt.NotifyReady()
	assert.NoError(t, err)
	assert.False(t, told)
	require.NoError(t, rt.Shutdown(within(t, limit)))
	_, err = rt.NotifyReady()
	assert.ErrorIs(t, err, actors.ErrStopping)
}
