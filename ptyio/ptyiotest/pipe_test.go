package ptyiotest

import (
	"bytes"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func TestChildsDeadlines(t *testing.T) {
	main := func(c *Child) int {
		began := time.Now()
		c.Stdin.SetReadDeadline(began.Add(time.Hour))
		n, err := c.Stdin.Read(make([]byte, 1))
		assert.Zero(t, n)
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, time.Hour, time.Since(began))

		c.Stdout.SetWriteDeadline(time.Now().Add(time.Hour))
		n, err = c.Stdout.Write(make([]byte, pipeBytes+1))
		assert.Equal(t, pipeBytes, n)
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, 2*time.Hour, time.Since(began))
		return 0
	}
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		exit, _ := conn.Wait()
		assert.True(t, exit.Success(), "%v: %s", exit, all(t, conn.Stderr()))
		assert.Len(t, all(t, conn.Stdout()), pipeBytes)
	})
}

// A deadline that was replaced has no effect, however close it was.
func TestDeadlineIsReplaced(t *testing.T) {
	main := func(c *Child) int { c.Sleep(time.Minute); c.Println("x"); return 0 }
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		for _, d := range []time.Duration{time.Nanosecond, time.Second, time.Hour} {
			require.NoError(t, conn.Stdout().SetReadDeadline(time.Now().Add(d)))
		}
		assert.Equal(t, "x\n", all(t, conn.Stdout()))
	})
}

func TestClosedEnds(t *testing.T) {
	main := func(c *Child) int {
		for _, end := range []io.Closer{c.Stdin, c.Stdout, c.Stderr} {
			assert.NoError(t, end.Close())
			assert.ErrorIs(t, end.Close(), os.ErrClosed)
		}
		_, err := c.Stdin.Read(make([]byte, 1))
		assert.ErrorIs(t, err, os.ErrClosed)
		_, err = c.Stdout.Write([]byte("x"))
		assert.ErrorIs(t, err, os.ErrClosed)
		assert.ErrorIs(t, c.Stdin.SetReadDeadline(time.Now()), os.ErrClosed)
		c.Hang()
		return 0
	}
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		assert.Empty(t, all(t, conn.Stdout()), "the end comes while it runs")
		assert.NoError(t, conn.Signal(0))
	})
}

// On a terminal the end of the input is typed, and more may follow.
func TestTypedEnds(t *testing.T) {
	main := func(c *Child) int {
		for range 3 {
			text, err := io.ReadAll(c.Stdin)
			c.Printf("%q %v ", text, err)
		}
		return 0
	}
	inBubble(t, Scripted{Main: main, Terminal: true}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		io.WriteString(conn, "one")
		require.NoError(t, conn.CloseStdin())
		require.NoError(t, conn.CloseStdin(), "at the same place: nothing was between")
		io.WriteString(conn, "two")
		require.NoError(t, conn.CloseStdin())
		synctest.Wait()
		require.NoError(t, conn.CloseStdin())
		assert.Equal(t, `"one" <nil> "two" <nil> "" <nil> `, all(t, conn.Stdout()))
		assert.Nil(t, conn.Stderr())
	})
}

// ReadLine takes no byte beyond its line, and lines longer than the stream.
func TestReadLine(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 3*pipeBytes)
	main := func(c *Child) int {
		line, err := c.ReadLine()
		assert.Equal(t, string(long), line)
		assert.NoError(t, err)
		rest, err := io.ReadAll(c.Stdin)
		assert.Equal(t, "rest", string(rest))
		assert.NoError(t, err)
		line, err = c.ReadLine()
		assert.Empty(t, line)
		assert.Equal(t, io.EOF, err)
		return 0
	}
	inBubble(t, Scripted{Main: main}, ptyio.Command{}, func(t *testing.T, conn ptyio.Conn) {
		_, err := conn.Write(append(long, "\nrest"...))
		require.NoError(t, err)
		require.NoError(t, conn.CloseStdin())
		exit, _ := conn.Wait()
		assert.True(t, exit.Success(), "%v: %s", exit, all(t, conn.Stderr()))
	})
}
