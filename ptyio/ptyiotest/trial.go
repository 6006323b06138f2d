package ptyiotest

import (
	"io"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// tester is what of a testing.T a check uses.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	FailNow()
	Cleanup(func())
}

// trial is one run of a check.
type trial struct {
	tester
	Subject
}

func (t *trial) command(role string, args ...string) ptyio.Command {
	if t.Command == nil {
		return RoleCommand(role, args...)
	}
	return t.Command(role, args...)
}

func (t *trial) patience() time.Duration {
	if t.Patience == 0 {
		return time.Minute
	}
	return t.Patience
}

// pending is a call that may block.
type pending[T any] struct {
	what   string
	result chan T // takes the one result, read or not
}

// async starts f on a goroutine of its own, which ends with f.
func async[T any](what string, f func() T) pending[T] {
	p := pending[T]{what, make(chan T, 1)}
	go func() { p.result <- f() }()
	return p
}

// await returns what the call returns; the check ends if that takes too long.
func await[T any](t *trial, p pending[T]) T {
	t.Helper()
	result, ok := p.within(t.patience())
	if !ok {
		t.Errorf("%s did not return within %v", p.what, t.patience())
		t.FailNow()
	}
	return result
}

func (p pending[T]) within(d time.Duration) (result T, ok bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case result = <-p.result:
		return result, true
	case <-timer.C:
		return result, false
	}
}

// did is what a call returned: of a read or write the count, and the error.
type did struct {
	n   int
	err error
}

// ended is what Wait and Stop return.
type ended struct {
	exit ptyio.Exit
	err  error
}

// started is what Start returns.
type started struct {
	conn ptyio.Conn
	err  error
}

// kid is a child that is examined.
type kid struct {
	ptyio.Conn
	t *trial
}

// start starts a role, and sees to it that it is gone when the check is over.
func (t *trial) start(role string, args ...string) *kid {
	t.Helper()
	return t.startCommand(t.command(role, args...))
}

func (t *trial) startCommand(cmd ptyio.Command) *kid {
	t.Helper()
	s := await(t, async("Start", func() started {
		conn, err := t.Transport.Start(cmd)
		return started{conn, err}
	}))
	require.NoError(t, s.err, "Start")
	require.NotNil(t, s.conn, "Start returned neither a Conn nor an error")
	k := &kid{s.conn, t}
	t.Cleanup(k.dismiss)
	return k
}

// dismiss ends the child in any case, whatever does not work.
func (k *kid) dismiss() {
	gone := async("Close and Wait", func() ended {
		_ = k.Kill()
		_ = k.Close()
		exit, err := k.Wait()
		return ended{exit, err}
	})
	if _, ok := gone.within(k.t.patience()); !ok {
		k.t.Errorf("Kill, Close and Wait did not return within %v", k.t.patience())
	}
}

// startReady also waits for the role's "ready".
func (t *trial) startReady(role string, args ...string) *kid {
	t.Helper()
	k := t.start(role, args...)
	require.Equal(t, "ready", k.line(), "the first line of the role %s", role)
	return k
}

// line reads a line and not a byte more.
func (k *kid) line() string {
	k.t.Helper()
	type text struct {
		line string
		err  error
	}
	got := await(k.t, async("reading a line", func() text {
		var line []byte
		for buf := make([]byte, 1); ; {
			n, err := k.Stdout().Read(buf)
			if err != nil || n == 1 && buf[0] == '\n' {
				return text{strings.TrimSuffix(string(line), "\r"), err}
			}
			line = append(line, buf[:n]...)
		}
	}))
	require.NoError(k.t, got.err, "reading a line, after %q", got.line)
	return got.line
}

// readAll reads to the end, which comes with a bare io.EOF.
func readAll(out ptyio.Output) pending[[]byte] {
	return async("reading to the end", func() []byte {
		all, err := io.ReadAll(out)
		if err != nil {
			all = append(all, " and then: "+err.Error()...)
		}
		return all
	})
}

// rest is all that is still to be read from stdout.
func (k *kid) rest() []byte {
	k.t.Helper()
	return await(k.t, readAll(k.Stdout()))
}

func (k *kid) read(limit int) did {
	k.t.Helper()
	return await(k.t, k.reading(limit))
}

func (k *kid) reading(limit int) pending[did] {
	return async("Read", func() did {
		n, err := k.Stdout().Read(make([]byte, limit))
		return did{n, err}
	})
}

func (k *kid) writing(data []byte) pending[did] {
	return async("Write", func() did {
		n, err := k.Write(data)
		return did{n, err}
	})
}

// write writes all of data.
func (k *kid) write(data []byte) {
	k.t.Helper()
	assert.Equal(k.t, did{len(data), nil}, await(k.t, k.writing(data)), "Write")
}

func (k *kid) waiting() pending[ended] {
	return async("Wait", func() ended {
		exit, err := k.Wait()
		return ended{exit, err}
	})
}

func (k *kid) wait() ptyio.Exit {
	k.t.Helper()
	end := await(k.t, k.waiting())
	require.NoError(k.t, end.err, "Wait")
	return end.exit
}

func (k *kid) stopping(grace time.Duration) pending[ended] {
	return async("Stop", func() ended {
		exit, err := k.Stop(grace)
		return ended{exit, err}
	})
}

func (k *kid) stop(grace time.Duration) ptyio.Exit {
	k.t.Helper()
	end := await(k.t, k.stopping(grace))
	require.NoError(k.t, end.err, "Stop")
	return end.exit
}

// closeConn closes the Conn, which does not wait.
func (k *kid) closeConn() {
	k.t.Helper()
	assert.NoError(k.t, await(k.t, async("Close", k.Close)), "Close")
}
