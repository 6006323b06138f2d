package ptyiotest

import (
	"io"
	"runtime"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// inBubble starts a child in a bubble and closes it when the test is over.
func inBubble(t *testing.T, s Scripted, cmd ptyio.Command, test func(t *testing.T, conn ptyio.Conn)) {
	t.Helper()
	if cmd.Path == "" {
		cmd.Path = "child"
	}
	synctest.Test(t, func(t *testing.T) {
		conn, err := s.Start(cmd)
		require.NoError(t, err)
		defer conn.Wait()
		defer conn.Close()
		test(t, conn)
	})
}

func all(t *testing.T, out ptyio.Output) string {
	t.Helper()
	text, err := io.ReadAll(out)
	require.NoError(t, err)
	return string(text)
}

func TestDialogue(t *testing.T) {
	main := func(c *Child) int {
		c.Ignore(syscall.SIGTERM)
		c.Println("who are you?")
		name, err := c.ReadLine()
		c.Println("hello", name, err)
		for line := range c.Lines() {
			c.Printf("%q ", line)
		}
		return 3
	}
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		synctest.Wait() // it waits for a line
		require.NoError(t, conn.Signal(syscall.SIGTERM))
		io.WriteString(conn, "me\none\n\nlast")
		require.NoError(t, conn.CloseStdin())
		assert.Equal(t, "who are you?\nhello me <nil>\n\"one\" \"\" \"last\" ", all(t, conn.Stdout()))
		exit, err := conn.Wait()
		require.NoError(t, err)
		assert.Equal(t, 3, exit.Code)
	})
}

// A flood fills the stream and waits; the owner's memory does not grow.
func TestFloodIsBounded(t *testing.T) {
	written := 0
	main := func(c *Child) int {
		for {
			n, _ := c.Stdout.Write([]byte("y\n"))
			written += n
		}
	}
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		synctest.Wait()
		assert.Equal(t, pipeBytes, written)
		_, err := io.ReadFull(conn.Stdout(), make([]byte, 10*pipeBytes))
		require.NoError(t, err)
	})
}

func TestWaysToEnd(t *testing.T) {
	nested := func(f func(c *Child)) func(c *Child) int {
		return func(c *Child) int {
			f(c)
			return 99
		}
	}
	for _, test := range []struct {
		name   string
		main   func(c *Child) int
		code   int
		signal syscall.Signal
		stderr string // its begin
	}{
		{"code", func(*Child) int { return 5 }, 5, 0, ""},
		{"eight bits of a code", func(*Child) int { return 256 + 7 }, 7, 0, ""},
		{"negative code", func(*Child) int { return -1 }, 255, 0, ""},
		{"Exit", nested(func(c *Child) { c.Exit(4) }), 4, 0, ""},
		{"Exit of another goroutine", nested(func(c *Child) { go c.Exit(4); c.Hang() }), 4, 0, ""},
		{"Raise", nested(func(c *Child) { c.Raise(syscall.SIGSEGV) }), -1, syscall.SIGSEGV, ""},
		{"Raise of what is ignored", nested(func(c *Child) { c.Ignore(syscall.SIGINT); c.Raise(syscall.SIGINT) }), 99, 0, ""},
		{"Raise of KILL, which is not", nested(func(c *Child) { c.Ignore(); c.Raise(syscall.SIGKILL) }), -1, syscall.SIGKILL, ""},
		{"Reset", nested(func(c *Child) { c.Ignore(); c.Reset(); c.Raise(syscall.SIGINT) }), -1, syscall.SIGINT, ""},
		{"panic", nested(func(*Child) { panic("boo") }), 2, 0, "panic: boo\n\ngoroutine "},
		{"Goexit", nested(func(*Child) { runtime.Goexit() }), 2, 0, "fatal error: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, Scripted{Main: test.main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
				exit, err := conn.Wait()
				require.NoError(t, err)
				assert.Equal(t, test.code, exit.Code)
				assert.Equal(t, test.signal, exit.Signal)
				stderr := all(t, conn.Stderr())
				if test.stderr == "" {
					assert.Empty(t, stderr)
				} else {
					assert.Equal(t, test.stderr, stderr[:min(len(stderr), len(test.stderr))])
				}
			})
		})
	}
}

// A panic with a stderr that is full must not wait for the owner.
func TestPanicWithFullStderr(t *testing.T) {
	main := func(c *Child) int {
		c.Stderr.Write(make([]byte, pipeBytes-3))
		panic("boo")
	}
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		exit, _ := conn.Wait()
		assert.Equal(t, 2, exit.Code)
		assert.Equal(t, string(make([]byte, pipeBytes-3))+"pan", all(t, conn.Stderr()))
	})
}

// The function is stuck where nothing reaches it; its child ends all the same.
func TestKillEndsAChildThatIsStuck(t *testing.T) {
	stuck, touched := make(chan struct{}), make(chan string, 3)
	transport := Scripted{Main: func(c *Child) int {
		defer func() { touched <- "deferred" }()
		c.Println("stuck")
		<-stuck
		touched <- "went on"
		c.Println("too late")
		touched <- "after its end"
		return 0
	}}
	conn, err := transport.Start(ptyio.Command{Path: "child"})
	require.NoError(t, err)
	defer conn.Close()

	require.NoError(t, conn.Kill())

	exit, err := conn.Wait()
	require.NoError(t, err)
	assert.Equal(t, syscall.SIGKILL, exit.Signal)
	if text := all(t, conn.Stdout()); text != "" { // KILL may have come before its first line
		assert.Equal(t, "stuck\n", text)
	}
	_, err = conn.Write([]byte("x"))
	assert.ErrorIs(t, err, syscall.EPIPE)
	close(stuck)
	for what := range touched {
		if what == "deferred" {
			break
		}
		assert.Equal(t, "went on", what)
	}
}

func TestDoneTellsTheEnd(t *testing.T) {
	seen := false
	main := func(c *Child) int {
		<-c.Done()
		seen = true
		return 0
	}
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		_, err := conn.Stop(time.Hour)
		require.NoError(t, err)
		synctest.Wait()
		assert.True(t, seen)
	})
}

// An hour's grace costs nothing in a bubble.
func TestStopTakesItsGraceInABubble(t *testing.T) {
	main := func(c *Child) int {
		c.Ignore(syscall.SIGTERM)
		c.Sleep(100 * time.Hour)
		return 0
	}
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		synctest.Wait()
		began := time.Now()
		exit, err := conn.Stop(time.Hour)
		require.NoError(t, err)
		assert.Equal(t, time.Hour, time.Since(began))
		assert.Equal(t, time.Hour, exit.Ended.Sub(exit.Started))
		assert.Equal(t, syscall.SIGKILL, exit.Signal)
	})
}
