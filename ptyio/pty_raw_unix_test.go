//go:build unix

package ptyio_test

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"

	"brood/ptyio"
)

func init() { helpers["apart"] = tellStreams }

// tellStreams tells which streams are a terminal, on the terminal and on stderr.
func tellStreams([]string) {
	tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(tty, term.IsTerminal(0), term.IsTerminal(1), term.IsTerminal(2))
	fmt.Fprintln(os.Stderr, "to stderr\nlines as they are")
}

// everyByte returns all 256 values several times, in an order that the seed
// decides.
func everyByte(seed uint64) []byte {
	bytes := make([]byte, 0, 8*256)
	for range 8 {
		for value := range 256 {
			bytes = append(bytes, byte(value))
		}
	}
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(bytes), func(i, j int) { bytes[i], bytes[j] = bytes[j], bytes[i] })
	return bytes
}

// The child is a program that does nothing to the terminal.
func TestRawTerminalCarriesEveryByteBothWays(t *testing.T) {
	sent := everyByte(1)
	for name, transport := range map[string]ptyio.PTY{"raw": {Raw: true}, "raw, stderr apart": {Raw: true, StderrPipe: true}} {
		t.Run(name, func(t *testing.T) {
			conn := start(t, transport, ptyio.Command{Path: "cat"})
			for range 20 {
				_, err := conn.Write(sent)
				require.NoError(t, err)
				got := make([]byte, len(sent))
				_, err = io.ReadFull(conn.Stdout(), got)
				require.NoError(t, err)
				require.Equal(t, sent, got) // an echo would be in the way
			}
		})
	}
	t.Run("control: the usual mode changes them", func(t *testing.T) {
		conn := start(t, ptyio.PTY{}, ptyio.Command{Path: "cat"})
		_, err := conn.Write([]byte("a\r"))
		require.NoError(t, err)
		got := make([]byte, 6)
		_, err = io.ReadFull(conn.Stdout(), got)
		require.NoError(t, err)
		assert.Equal(t, "a\r\na\r\n", string(got))
	})
}

func TestStderrOfATerminalApart(t *testing.T) {
	conn := start(t, ptyio.PTY{StderrPipe: true}, helper("apart"))

	assert.Equal(t, "true true false\r\n", readAll(t, conn.Stdout()))
	assert.Equal(t, "to stderr\nlines as they are\n", readAll(t, conn.Stderr()))
	assert.True(t, wait(t, conn).Success())
	require.NoError(t, conn.Close())
	_, err := conn.Stderr().Read(make([]byte, 1))
	assert.ErrorIs(t, err, os.ErrClosed)
}

// A program whose output only a terminal gets line by line.
func TestLinesOfAProgramThatFlushesToTerminalsOnly(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	cmd := ptyio.Command{Path: python, Args: []string{"-c",
		"import sys; print('line'); print('printed', file=sys.stderr, flush=True); sys.stdin.read()"}}
	cmd.Env.Unset = []string{"PYTHONUNBUFFERED"}

	conn := start(t, ptyio.PTY{StderrPipe: true}, cmd)
	assert.Equal(t, "line", readLine(t, bufio.NewReader(conn.Stdout())))

	conn = start(t, ptyio.Pipes{}, cmd)
	require.Equal(t, "printed", readLine(t, bufio.NewReader(conn.Stderr())))
	require.NoError(t, conn.Stdout().SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err = conn.Stdout().Read(make([]byte, 10))
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded, "control: on a pipe it keeps the line")
}
