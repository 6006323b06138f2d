//go:build unix

package worker

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/actors/protocol"
)

// link makes the environment that of a worker whose wire ends here.
func link(t *testing.T) *parent {
	t.Helper()
	in, w, err := os.Pipe()
	require.NoError(t, err)
	r, out, err := os.Pipe()
	require.NoError(t, err)
	p := newParent(t, r, w)
	t.Setenv(protocol.EnvWire, fmt.Sprintf("1:%d:%d:%d:%d", inherit(t, in), inherit(t, out), self, protocol.DefaultLimitBytes))
	t.Setenv(EnvName, "hash")
	return p
}

// inherit returns a descriptor as a child inherits it: nobody's, and not
// close-on-exec.
func inherit(t *testing.T, f *os.File) int {
	t.Helper()
	fd, err := syscall.Dup(int(f.Fd()))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return fd
}

func TestServeSpeaksOverTheLinkAndHidesItFromChildren(t *testing.T) {
	p := link(t)
	value, err := protocol.ParseLink(os.Getenv(protocol.EnvWire))
	require.NoError(t, err)
	require.Equal(t, "hash", Name())
	require.Zero(t, descriptorFlags(t, value.In)&unix.FD_CLOEXEC, "nothing to show")
	go func() {
		defer close(p.served)
		p.served <- Serve(func(context.Context, []byte) ([]byte, error) {
			_, wire := os.LookupEnv(protocol.EnvWire)
			_, name := os.LookupEnv(EnvName)
			hidden := descriptorFlags(t, value.In)&descriptorFlags(t, value.Out)&unix.FD_CLOEXEC != 0
			return fmt.Appendf(nil, "wire=%t name=%t hidden=%t", wire, name, hidden), nil
		})
	}()
	p.hello()
	p.send(task(1, ""))
	assert.Equal(t, result(1, "wire=false name=false hidden=true"), p.next())
	p.send(shutdown())
	assert.NoError(t, p.end())
	for _, fd := range []int{value.In, value.Out} {
		_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		assert.ErrorIs(t, err, unix.EBADF, "Serve left descriptor %d open", fd)
	}
	assert.ErrorIs(t, Serve(echo), ErrNotAWorker, "it can be called once")
}

func descriptorFlags(t *testing.T, fd int) int {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	assert.NoError(t, err)
	return flags
}

func TestServeOutsideAPool(t *testing.T) {
	t.Setenv(protocol.EnvWire, "")
	assert.Equal(t, ErrNotAWorker, Serve(echo))
}

func TestServeWithABadLink(t *testing.T) {
	t.Setenv(protocol.EnvWire, "1:3")
	t.Setenv(EnvName, "hash")
	assert.EqualError(t, Serve(echo), `wire: BROOD_WIRE="1:3": want five to seven fields`)
	t.Setenv(protocol.EnvWire, "2:3:4:1:8192")
	var version *protocol.VersionError
	assert.ErrorAs(t, Serve(echo), &version)
}

// run runs a role whose wire ends here, and returns a function that waits for
// its end.
func run(t *testing.T, role string) (p *parent, wait func() (code int, stderr string)) {
	t.Helper()
	in, w, err := os.Pipe()
	require.NoError(t, err)
	r, out, err := os.Pipe()
	require.NoError(t, err)
	p = newParent(t, r, w)
	close(p.served) // there is no server here
	mark, fd := markFile(t, protocol.MarkBytes)
	theirs := os.NewFile(uintptr(fd), "mark")
	p.mark, p.w.bell = mark, newRinger(t)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), envRole+"="+role, fmt.Sprintf("%s=1:3:4:%d:%d:5:6", protocol.EnvWire, self, protocol.DefaultLimitBytes))
	child.ExtraFiles = []*os.File{in, out, theirs, p.w.bell.theirs}
	var stderr bytes.Buffer
	child.Stderr = &stderr
	require.NoError(t, child.Start())
	in.Close()
	out.Close()
	theirs.Close()
	p.w.bell.theirs.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = child.Wait()
	}()
	t.Cleanup(func() {
		_ = child.Process.Kill()
		<-ended
	})
	return p, func() (int, string) {
		t.Helper()
		receive(t, ended)
		return child.ProcessState.ExitCode(), stderr.String()
	}
}

func TestExit(t *testing.T) {
	for role, want := range map[string]struct {
		code   int
		stderr string
	}{
		"nil":   {0, ""},
		"gone":  {0, ""},
		"error": {1, "out of order\n"},
	} {
		t.Run(role, func(t *testing.T) {
			_, wait := run(t, role)
			code, stderr := wait()
			assert.Equal(t, want.code, code)
			assert.Equal(t, want.stderr, stderr)
		})
	}
}

// A panic is not recovered: the pool is to see it.
func TestHandlersPanicEndsTheProcess(t *testing.T) {
	p, wait := run(t, "panic")
	p.hello()
	p.send(task(1, ""))
	code, stderr := wait()
	assert.Equal(t, 2, code)
	assert.Contains(t, stderr, "panic: out of cheese")
}

func TestWorkerDoesNotOutliveItsPool(t *testing.T) {
	t.Parallel() // it takes the whole of orphanGrace
	p, wait := run(t, "stubborn")
	p.hello()
	p.send(task(1, ""))
	p.ping(1)
	began := time.Now()
	p.w.Close()
	code, stderr := wait()
	assert.GreaterOrEqual(t, time.Since(began), orphanGrace)
	assert.Equal(t, 0, code)
	assert.Empty(t, stderr)
}
