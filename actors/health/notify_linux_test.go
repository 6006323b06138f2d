package health

import (
	"context"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/ptyio"
)

// serve opens the socket of a child that has these probes and, for the kernel,
// this process id, and returns a connection to it.
func serve(t *testing.T, pid int, probes ...Probe) (*Child, map[string]string, *net.UnixConn) {
	t.Helper()
	c := &Child{PID: pid}
	for _, p := range probes {
		p.Open(c)
	}
	vars, err := c.OpenSocket()
	require.NoError(t, err)
	require.True(t, c.HasSocket())
	var serving sync.WaitGroup
	serving.Go(c.Serve)
	t.Cleanup(func() { c.Close(); c.Close(); serving.Wait() })
	to, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: vars["NOTIFY_SOCKET"], Net: "unixgram"})
	require.NoError(t, err)
	t.Cleanup(func() { to.Close() })
	return c, vars, to
}

func say(t *testing.T, to *net.UnixConn, text string) {
	t.Helper()
	_, err := to.Write([]byte(text))
	require.NoError(t, err)
}

func eventually(t *testing.T, what func() bool) {
	t.Helper()
	require.Eventually(t, what, 10*time.Second, time.Millisecond)
}

func TestSocketTakesTheChildsWordOnly(t *testing.T) {
	c, vars, to := serve(t, os.Getpid(), Notify{}, Watchdog{Within: 3 * time.Second})
	assert.Equal(t, "3000000", vars["WATCHDOG_USEC"])
	assert.True(t, strings.HasPrefix(vars["NOTIFY_SOCKET"], "@"))
	say(t, to, "READY=1\nSTATUS=up")
	eventually(t, func() bool { return c.Notified().Status == "up" })
	assert.True(t, isClosed(c.notify.ready))

	say(t, to, "STATUS="+strings.Repeat("x", MaxNotifyBytes)) // too large
	say(t, to, "no assignment")
	eventually(t, func() bool { return c.Notified().Ignored == 2 })
	assert.Equal(t, "up", c.Notified().Status)
	largest := strings.Repeat("x", MaxNotifyBytes-len("STATUS="))
	say(t, to, "STATUS="+largest)
	eventually(t, func() bool { return c.Notified().Status == largest })
}

// The same datagram of somebody else is counted and dropped.
func TestSocketIgnoresStrangers(t *testing.T) {
	stranger, err := ptyio.Pipes{}.Start(ptyio.Command{Path: "cat"})
	require.NoError(t, err)
	defer func() { _, _ = stranger.Stop(-1); stranger.Close() }()
	for _, members := range []bool{false, true} {
		c, _, to := serve(t, stranger.PID(), Notify{MembersMayNotify: members})
		say(t, to, "READY=1") // we are no member of its tree
		eventually(t, func() bool { return c.Notified().Ignored == 1 })
		assert.False(t, isClosed(c.notify.ready))
	}
}

// What a child of ours says is a member's word: taken only if that is allowed.
func TestMembersMayBeAllowedToNotify(t *testing.T) {
	python := lookPython(t)
	for _, members := range []bool{false, true} {
		c, vars, _ := serve(t, os.Getpid(), Notify{MembersMayNotify: members})
		member, err := ptyio.Pipes{}.Start(ptyio.Command{Path: python, Args: []string{"-c", `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("\0" + os.environ["NOTIFY_SOCKET"][1:])
s.send(b"READY=1")
sys.stdin.read()  # the sender has to be there when it is looked at`}, Env: ptyio.Env{Set: vars}})
		require.NoError(t, err)
		eventually(t, func() bool { return isClosed(c.notify.ready) || c.Notified().Ignored == 1 })
		assert.Equal(t, members, isClosed(c.notify.ready))
		require.NoError(t, member.CloseStdin())
		_, err = member.Wait()
		require.NoError(t, err)
		require.NoError(t, member.Close())
	}
}

func lookPython(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/usr/bin/python3", "/usr/local/bin/python3"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skip("no python3")
	return ""
}

// Descriptors that come with a datagram are closed, and its text is taken.
func TestDescriptorsAreNotTaken(t *testing.T) {
	c, vars, _ := serve(t, os.Getpid(), Notify{})
	from, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: t.TempDir() + "/s", Net: "unixgram"})
	require.NoError(t, err)
	defer from.Close()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	to := &net.UnixAddr{Name: vars["NOTIFY_SOCKET"], Net: "unixgram"}
	_, _, err = from.WriteMsgUnix([]byte("READY=1"), unix.UnixRights(int(w.Fd())), to)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	eventually(t, func() bool { return isClosed(c.notify.ready) })
	require.NoError(t, r.SetReadDeadline(time.Now().Add(10*time.Second)))
	_, err = r.Read(make([]byte, 1))
	assert.EqualError(t, err, "EOF", "nobody holds the other end")
}

func TestSenderIsTheKernelsWord(t *testing.T) {
	assert.Zero(t, senderIn(nil))
	assert.Zero(t, senderIn([]byte{1, 2, 3}))
	assert.Equal(t, 7, senderIn(unix.UnixCredentials(&unix.Ucred{Pid: 7})))
	assert.True(t, isMember(os.Getpid(), os.Getppid()))
	assert.False(t, isMember(os.Getppid(), os.Getpid()))
	assert.False(t, isMember(1<<30, os.Getpid()))
}

// A child without such a probe has no socket, and costs nothing for it.
func TestNoSocketUnlessOneIsWanted(t *testing.T) {
	c := &Child{}
	TCP{Address: "localhost:1"}.Open(c)
	vars, err := c.OpenSocket()
	require.NoError(t, err)
	assert.Empty(t, vars)
	assert.False(t, c.HasSocket())
	c.Close()
}

// Nothing is left of a socket that was closed: its name is free.
func TestSocketIsGoneAfterClose(t *testing.T) {
	c := &Child{}
	wait := Notify{}.Open(c)
	vars, err := c.OpenSocket()
	require.NoError(t, err)
	c.Close()
	c.Serve() // returns
	over, cancel := context.WithCancel(t.Context())
	cancel()
	assert.EqualError(t, wait(over), "no READY=1")
	_, err = net.DialUnix("unixgram", nil, &net.UnixAddr{Name: vars["NOTIFY_SOCKET"], Net: "unixgram"})
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
}
