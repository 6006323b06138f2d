//go:build unix

package ptyio_test

import (
	"io"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// All run before the first one prints.
func TestCase22OutputOfManyAtOnce(t *testing.T) {
	const each = 8 // descriptors for one child, and some to spare
	var open syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &open))
	children := fewer(900)
	if most := (int(min(open.Cur, 1<<20)) - 200) / each; children > most {
		t.Logf("only %d children: %d descriptors", most, open.Cur)
		children = most
	}
	cmd := ptyio.Shell("read -r go; echo out 1; echo err 1 >&2; echo out 2; echo err 2 >&2")
	conns := make([]ptyio.Conn, children)
	for i := range conns {
		conns[i] = start(t, ptyio.Pipes{}, cmd)
	}
	var group sync.WaitGroup
	for _, conn := range conns {
		group.Go(func() {
			_, err := conn.Write([]byte("go\n"))
			assert.NoError(t, err)
			stdout, err := io.ReadAll(conn.Stdout())
			assert.NoError(t, err)
			stderr, err := receiveAll(conn.Stderr(), receiveBytes)
			assert.NoError(t, err)
			assert.Equal(t, "out 1\nout 2\n", string(stdout))
			assert.Equal(t, "err 1\nerr 2\n", string(stderr))
			exit, err := conn.Wait()
			assert.NoError(t, err)
			assert.True(t, exit.Success(), "%v", exit)
		})
	}
	group.Wait()
}

// A child that has ended before anybody asks has one end, which everybody gets.
func TestCase25EndBeforeStartReturns(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		for range 50 {
			conn := start(t, transport, ptyio.Command{Path: "true"})
			var calls atomic.Int32
			told := make(chan ptyio.Exit, 2) // a second call would be a fault
			conn.OnExit(func(exit ptyio.Exit, err error) {
				calls.Add(1)
				assert.NoError(t, err)
				told <- exit
			})

			exit := wait(t, conn)

			assert.True(t, exit.Success())
			assert.Equal(t, exit, <-told)
			assert.EqualValues(t, 1, calls.Load())
			assert.True(t, exit.Ended.After(exit.Started))
			conn.OnExit(func(late ptyio.Exit, _ error) { told <- late })
			assert.Equal(t, exit, <-told, "who asks after the end gets it at once")
		}
	})
}
