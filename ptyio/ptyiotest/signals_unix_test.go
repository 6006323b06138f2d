//go:build unix

package ptyiotest

import (
	"io"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func TestDefaultActions(t *testing.T) {
	harmless := map[syscall.Signal]bool{
		syscall.SIGCHLD: true, syscall.SIGCONT: true, syscall.SIGSTOP: true, syscall.SIGTSTP: true,
		syscall.SIGTTIN: true, syscall.SIGTTOU: true, syscall.SIGURG: true, syscall.SIGWINCH: true,
	}
	hang := Scripted{Main: func(c *Child) int { c.Hang(); return 0 }}
	for sig := syscall.Signal(1); sig <= 31; sig++ {
		inBubble(t, hang, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
			require.NoError(t, conn.Signal(sig))
			synctest.Wait()
			if harmless[sig] {
				assert.NoError(t, conn.Signal(0), "%v ended it", sig)
				return
			}
			exit, err := conn.Wait()
			require.NoError(t, err)
			assert.Equal(t, sig, exit.Signal)
			assert.Equal(t, -1, exit.Code)
			assert.ErrorIs(t, conn.Signal(0), os.ErrProcessDone)
		})
	}
	inBubble(t, hang, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		for _, sig := range []syscall.Signal{-1, 65} {
			assert.ErrorIs(t, conn.Signal(sig), syscall.EINVAL)
		}
	})
}

// While it is stopped a child neither reads nor writes, nor do signals reach it.
func TestStoppedChildDoesNothing(t *testing.T) {
	main := func(c *Child) int {
		signals := make(chan os.Signal, 10)
		c.Notify(signals, syscall.SIGUSR1, syscall.SIGSTOP, syscall.SIGCONT)
		line, _ := c.ReadLine()
		c.Println("got", line)
		for range 2 {
			c.Println(c.Await(signals))
		}
		c.Hang()
		return 0
	}
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		synctest.Wait()
		require.NoError(t, conn.Signal(syscall.SIGSTOP))
		io.WriteString(conn, "line\n")
		for range 3 { // pending, and once
			require.NoError(t, conn.Signal(syscall.SIGUSR1))
		}
		require.NoError(t, conn.Signal(syscall.SIGTERM))
		require.NoError(t, conn.Stdout().SetReadDeadline(time.Now().Add(time.Hour)))
		_, err := conn.Stdout().Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, conn.Signal(0), "TERM waits too")
		require.NoError(t, conn.Stdout().SetReadDeadline(time.Time{}))

		require.NoError(t, conn.Signal(syscall.SIGCONT))

		exit, err := conn.Wait()
		require.NoError(t, err)
		assert.Equal(t, syscall.SIGTERM, exit.Signal, "which waited")
	})
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		synctest.Wait()
		require.NoError(t, conn.Signal(syscall.SIGSTOP))
		io.WriteString(conn, "line\n")
		for range 3 {
			require.NoError(t, conn.Signal(syscall.SIGUSR1))
		}
		require.NoError(t, conn.Signal(syscall.SIGCONT))
		synctest.Wait()
		require.NoError(t, conn.Kill())
		assert.Equal(t, "got line\nuser defined signal 1\ncontinued\n", all(t, conn.Stdout()))
	})
}

func TestKillEndsAStoppedChild(t *testing.T) {
	main := func(c *Child) int { c.Raise(syscall.SIGSTOP); return 0 }
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		synctest.Wait()
		require.NoError(t, conn.Signal(0), "it has not returned")
		require.NoError(t, conn.Kill())
		exit, err := conn.Wait()
		require.NoError(t, err)
		assert.Equal(t, syscall.SIGKILL, exit.Signal)
	})
}

func TestWindowChange(t *testing.T) {
	main := func(c *Child) int {
		changes := make(chan os.Signal, 1)
		c.Notify(changes, syscall.SIGWINCH)
		c.Println(c.Size())
		c.Println(c.Await(changes), c.Size(), <-c.Resized())
		c.Hang()
		return 0
	}
	s := Scripted{Main: main, Terminal: true, Size: ptyio.Size{Cols: 7}}
	inBubble(t, s, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		synctest.Wait()
		require.NoError(t, conn.Resize(ptyio.Size{Rows: 1, Cols: 2}))
		synctest.Wait()
		require.NoError(t, conn.Kill())
		assert.Equal(t, "{24 7}\nwindow changed {1 2} {1 2}\n", all(t, conn.Stdout()))
	})
}

// Nobody reads what a detached child prints when its owner has gone.
func TestDetachedChildOutlivesClose(t *testing.T) {
	ways := make(chan error, 1)
	for name, test := range map[string]struct {
		prepare func(c *Child)
		signal  syscall.Signal
		code    int
	}{
		"and dies of PIPE":         {func(*Child) {}, syscall.SIGPIPE, -1},
		"and gets EPIPE if it may": {func(c *Child) { c.Ignore(syscall.SIGPIPE) }, 0, 6},
	} {
		t.Run(name, func(t *testing.T) {
			main := func(c *Child) int {
				test.prepare(c)
				line, _ := c.ReadLine()
				_, err := c.Stdout.Write([]byte(line))
				ways <- err
				return 6
			}
			synctest.Test(t, func(t *testing.T) {
				conn, err := Scripted{Main: main}.Start(ptyio.Command{Path: "child", Detached: true})
				require.NoError(t, err)
				io.WriteString(conn, "last\n")
				require.NoError(t, conn.Close())
				exit, err := conn.Wait()
				require.NoError(t, err)
				assert.Equal(t, test.signal, exit.Signal)
				assert.Equal(t, test.code, exit.Code)
				if test.signal == 0 {
					assert.ErrorIs(t, <-ways, syscall.EPIPE)
				}
			})
		})
	}
}

// The owner closes the files that it named when Start has returned.
func TestFilesAreTheChildsOwn(t *testing.T) {
	theirs, ours, err := os.Pipe()
	require.NoError(t, err)
	defer ours.Close()
	main := func(c *Child) int {
		data, err := io.ReadAll(c.Files[0])
		c.Println(string(data), err)
		return 0
	}
	conn, err := Scripted{Main: main}.Start(ptyio.Command{Path: "child", Files: []*os.File{theirs}})
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, theirs.Close())
	io.WriteString(ours, "hello")
	require.NoError(t, ours.Close())

	assert.Equal(t, "hello <nil>\n", all(t, conn.Stdout()))
	_, err = Scripted{Main: main}.Start(ptyio.Command{Path: "child", Files: []*os.File{theirs}})
	assert.ErrorIs(t, err, os.ErrClosed)
}

// A child that is killed while it reads a file lets go of it.
func TestKillClosesFiles(t *testing.T) {
	theirs, ours, err := os.Pipe()
	require.NoError(t, err)
	defer ours.Close()
	main := func(c *Child) int {
		c.Files[0].Read(make([]byte, 1))
		return 0
	}
	conn, err := Scripted{Main: main}.Start(ptyio.Command{Path: "child", Files: []*os.File{theirs}})
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, theirs.Close())
	require.NoError(t, conn.Kill())
	conn.Wait()
	_, err = ours.Write([]byte("x"))
	assert.ErrorIs(t, err, syscall.EPIPE)
}
