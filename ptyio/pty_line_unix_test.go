//go:build unix

package ptyio_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"

	"brood/ptyio"
)

func init() { helpers["reads"] = tellReads }

// tellReads tells on stderr how long each thing is that it reads from the
// terminal, and its last byte. The words "raw" and "lines" switch
// the mode.
func tellReads([]string) {
	usual, err := term.GetState(0)
	exitOn(err)
	fmt.Fprintln(os.Stderr, "ready")
	buf := make([]byte, 1<<16)
	for {
		n, err := os.Stdin.Read(buf)
		if err != nil {
			log.Fatal(err)
		}
		switch word := strings.TrimRight(string(buf[:n]), "\n"); word {
		case "raw":
			_, err = term.MakeRaw(0)
		case "lines":
			err = term.Restore(0, usual)
		}
		exitOn(err)
		fmt.Fprintf(os.Stderr, "%d %q\n", n, buf[n-1])
	}
}

// typist types to tellReads.
type typist struct {
	*testing.T
	conn ptyio.Conn
	told *bufio.Reader
}

// startTypist sets the terminal's modes with stty first.
func startTypist(t *testing.T, modes string) typist {
	t.Helper()
	cmd := ptyio.Shell("stty " + modes + ` && exec "$PROGRAM"`)
	cmd.Env = helper("reads").Env
	cmd.Env.Set["PROGRAM"] = os.Args[0]
	conn := start(t, ptyio.PTY{StderrPipe: true}, cmd)
	echo := async(func() { io.Copy(io.Discard, conn.Stdout()) })
	t.Cleanup(func() { conn.Close(); <-echo })
	told := bufio.NewReader(conn.Stderr())
	require.Equal(t, "ready", readLine(t, told))
	return typist{t, conn, told}
}

func (t typist) types(text string) {
	t.Helper()
	n, err := io.WriteString(t.conn, text)
	require.NoError(t, err)
	require.Equal(t, len(text), n)
}

// isRefused types a text of which a line would have had size bytes.
func (t typist) isRefused(text string, size int) {
	t.Helper()
	n, err := io.WriteString(t.conn, text)
	require.Zero(t, n)
	require.ErrorIs(t, err, ptyio.ErrLineTooLong)
	var tooLong *ptyio.LineTooLongError
	require.ErrorAs(t, err, &tooLong)
	require.Equal(t, ptyio.LineTooLongError{LimitBytes: lineLimit, SizeBytes: size}, *tooLong)
}

// tells expects the child to have read n bytes, the last one being last.
func (t typist) tells(n int, last byte) {
	t.Helper()
	require.Equal(t, fmt.Sprintf("%d %q", n, last), readLine(t.T, t.told))
}

func xs(n int) string { return strings.Repeat("x", n) }

func TestCase81LongLineIsRefused(t *testing.T) {
	typist := startTypist(t, "sane")

	typist.types(xs(lineLimit) + "\n")
	typist.tells(lineLimit+1, '\n')

	typist.isRefused(xs(lineLimit+1)+"\n", lineLimit+1)
	typist.isRefused(xs(lineLimit+1), lineLimit+1) // without its end
	typist.isRefused("short\n"+xs(70_000)+"\nshort\n", 70_000)
	_, err := io.WriteString(typist.conn, xs(5000))
	assert.EqualError(t, err, fmt.Sprintf(
		"ptyio: write to sh: line too long for the terminal: 5000 bytes, at most %d", lineLimit))
	typist.types("ok\n") // nothing of what was refused has come
	typist.tells(3, '\n')

	typist.types("short\n" + xs(lineLimit) + "\n")
	typist.tells(6, '\n')
	typist.tells(lineLimit+1, '\n')
}

func TestCase81LineOfManyWrites(t *testing.T) {
	typist := startTypist(t, "sane")
	typist.types(xs(lineLimit - 95))
	typist.types(xs(95))
	typist.isRefused("x", lineLimit+1)
	typist.isRefused("x\n", lineLimit+1)
	typist.types("\n")
	typist.tells(lineLimit+1, '\n')

	typist.types("short\n")
	typist.tells(6, '\n')
}

// The control: without a refusal the line is cut, and the write is told to have
// succeeded.
func TestCase81TheTerminalCutsLines(t *testing.T) {
	master, slave, err := pty.Open()
	require.NoError(t, err)
	defer master.Close()
	defer slave.Close()
	for length, kept := range map[int]int{lineLimit: lineLimit + 1, lineLimit + 1: lineLimit + 1} {
		n, err := io.WriteString(master, xs(length)+"\n")
		require.NoError(t, err)
		assert.Equal(t, length+1, n)
		line := make([]byte, 1<<16)
		n, err = slave.Read(line)
		require.NoError(t, err)
		assert.Equal(t, kept, n, "of a line of %d bytes", length)
	}
}

func TestWhatEndsALine(t *testing.T) {
	long := xs(lineLimit)
	tests := []struct {
		name, stty string
		first      string // fills a line and ends it
		last       byte
		length     int
	}{
		{"newline", "sane", long + "\n", '\n', lineLimit + 1},
		{"carriage return", "icrnl", long + "\r", '\n', lineLimit + 1},
		{"end of file", "sane", long + "\x04", 'x', lineLimit},
		{"another end of file", "eof ^E", long + "\x05", 'x', lineLimit},
		{"end of line", "eol %", long + "%", '%', lineLimit + 1},
		{"second end of line", "eol2 ,", long + ",", ',', lineLimit + 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			typist := startTypist(t, test.stty)
			typist.types(test.first)
			typist.tells(test.length, test.last)
			typist.types(long + "\n")
			typist.tells(lineLimit+1, '\n')
		})
	}
}

func TestWhatDoesNotEndALine(t *testing.T) {
	for name, test := range map[string]struct{ stty, first string }{
		"quoted newline":              {"sane", "\x16\n"},
		"newline read as return":      {"inlcr -icrnl", "\n"},
		"return as it is":             {"-icrnl", "\r"},
		"ignored return":              {"igncr", "\r"},
		"end of file that is none":    {"eof undef", "\x04"},
		"erased":                      {"sane", "xxx\x7f\x7f\x7f"},
		"interrupt that is none":      {"-isig", "\x03"},
		"second end, without IEXTEN":  {"-iexten eol2 ,", ","},
		"quote at the end of a write": {"sane", "\x16"},
		"quoted newline, stripped":    {"istrip", "\x96\n"},
	} {
		t.Run(name, func(t *testing.T) {
			typist := startTypist(t, test.stty)
			typist.types(test.first)
			n, err := io.WriteString(typist.conn, xs(lineLimit))
			assert.Zero(t, n)
			assert.ErrorIs(t, err, ptyio.ErrLineTooLong)
		})
	}
}

// With PARMRK the byte 0xff takes two of the line.
func TestDoubledByteCountsTwice(t *testing.T) {
	typist := startTypist(t, "parmrk -istrip")
	typist.isRefused("\xff"+xs(lineLimit-1), lineLimit+1)
	typist.types("\xff" + xs(lineLimit-2) + "\n")
	typist.tells(lineLimit+1, '\n')
}

func TestCase81RawTerminalHasNoLines(t *testing.T) {
	typist := startTypist(t, "sane")
	typist.types(xs(lineLimit - 10)) // left unfinished
	typist.types("\nraw\n")
	typist.tells(lineLimit-9, '\n')
	typist.tells(4, '\n')

	long := xs(3 * lineLimit)
	typist.types(long)
	for left := len(long); left > 0; {
		var n int
		var last string
		_, err := fmt.Sscan(readLine(t, typist.told), &n, &last)
		require.NoError(t, err)
		left -= n
		require.GreaterOrEqual(t, left, 0)
	}

	typist.types("lines")
	typist.tells(5, 's')
	typist.isRefused(xs(lineLimit+1), lineLimit+1)
	typist.types(xs(lineLimit) + "\n")
	typist.tells(lineLimit+1, '\n')
}

// What a deadline cut off counts as far as it came.
func TestCase81WriteThatWasCut(t *testing.T) {
	conn := startReady(t, ptyio.PTY{}, helper("block"))
	lines := bytes.Repeat([]byte(xs(1000)+"\n"), 100)
	cut := 0
	for cut == 0 { // within a line
		require.NoError(t, conn.SetWriteDeadline(time.Now().Add(100*time.Millisecond)))
		n, err := conn.Write(lines)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Positive(t, n, "the terminal took whole lines")
		cut = n % 1001
	}
	require.NoError(t, conn.SetWriteDeadline(time.Now().Add(100*time.Millisecond)))

	typist{T: t, conn: conn}.isRefused(xs(lineLimit-cut+1), lineLimit+1)

	_, err := io.WriteString(conn, xs(lineLimit-cut))
	assert.NotErrorIs(t, err, ptyio.ErrLineTooLong)
}
