//go:build unix

package ptyio_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"brood/ptyio"
)

func init() {
	helpers["session"] = tellSession
	helpers["size"] = tellSize
	helpers["raw"] = countRaw
}

// tellSession prints the ids of the session, and whether /dev/tty is there.
func tellSession([]string) {
	sid, _ := unix.Getsid(0)
	foreground, _ := unix.IoctlGetInt(0, unix.TIOCGPGRP)
	tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(tty, os.Getpid(), sid, unix.Getpgrp(), foreground, os.Getenv("TERM"))
}

// tellSize prints the size of the terminal, and again when it changes.
func tellSize([]string) {
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, syscall.SIGWINCH)
	for {
		cols, rows, err := term.GetSize(2)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(rows, cols, os.Getenv("COLUMNS"))
		<-changes
	}
}

// countRaw counts what is typed, up to a byte 4.
func countRaw([]string) {
	if _, err := term.MakeRaw(0); err != nil {
		log.Fatal(err)
	}
	fmt.Print("ready\r\n")
	typed, err := bufio.NewReader(os.Stdin).ReadBytes(4)
	if err != nil {
		log.Fatal(err)
	}
	count(bytes.NewReader(typed[:len(typed)-1]))
}

func TestCase84Session(t *testing.T) {
	for want, pty := range map[string]ptyio.PTY{"xterm-256color": {}, "dumb": {Term: "dumb"}} {
		conn := start(t, pty, helper("session"))
		pid := conn.PID()

		line := readLine(t, bufio.NewReader(conn.Stdout()))

		assert.Equal(t, fmt.Sprintln(pid, pid, pid, pid, want), line+"\n")
	}
	cmd := helper("session")
	cmd.Env.Set["TERM"] = "vt100"
	conn := start(t, ptyio.PTY{Term: "dumb"}, cmd)
	assert.True(t, strings.HasSuffix(readLine(t, bufio.NewReader(conn.Stdout())), " vt100"))
	assert.Nil(t, conn.Stderr())
}

func TestCase84ShellHasJobControl(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	cmd := ptyio.Command{Path: bash, Args: []string{"--norc", "-m", "-c", "echo $-"}}

	conn := start(t, ptyio.PTY{}, cmd)
	shown := readAll(t, conn.Stdout())
	assert.Contains(t, shown, "m")
	assert.NotContains(t, shown, "job control")

	conn = start(t, ptyio.Pipes{}, cmd) // the control
	assert.NotContains(t, readAll(t, conn.Stdout()), "m")
	assert.Contains(t, readAll(t, conn.Stderr()), "no job control")
}

func TestPipesSessionHasNoTerminal(t *testing.T) {
	conn := start(t, ptyio.Pipes{}, helper("session"))
	assert.Contains(t, readAll(t, conn.Stderr()), "open /dev/tty: ")
	assert.Equal(t, 1, wait(t, conn).Code)
}

func TestCase83ChildSeesTheSizeAndItsChanges(t *testing.T) {
	t.Setenv("COLUMNS", "999")
	conn := start(t, ptyio.PTY{}, helper("size"))
	output := bufio.NewReader(conn.Stdout())
	assert.Equal(t, "24 80 ", readLine(t, output))

	for rows := uint16(1); rows <= 50; rows++ {
		require.NoError(t, conn.Resize(ptyio.Size{Rows: rows, Cols: 7}))
		require.Equal(t, fmt.Sprint(rows, " 7 "), readLine(t, output))
	}
	require.NoError(t, conn.Stdout().SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err := output.ReadByte()
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded, "deadlines hold after resizing")

	require.NoError(t, conn.Kill())
	wait(t, conn)
	assert.ErrorIs(t, conn.Resize(ptyio.Size{Rows: 1, Cols: 1}), os.ErrProcessDone)

	conn = start(t, ptyio.PTY{Size: ptyio.Size{Cols: 132}}, helper("size"))
	assert.Equal(t, "24 132 ", readLine(t, bufio.NewReader(conn.Stdout())))
}

func TestCase21NoOutputIsLostOnARawTerminal(t *testing.T) {
	requireAllOutput(t, ptyio.PTY{Raw: true}, fewer(200), 1<<20, 200)
}

func TestCase79NoOutputIsLostOnATerminal(t *testing.T) {
	const size = 128_894
	children := fewer(100)
	want := strings.ReplaceAll(string(pattern(size)), "\n", "\r\n")
	var group sync.WaitGroup
	slots := make(chan struct{}, 10) // children at a time
	for range children {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			conn, err := ptyio.PTY{}.Start(helper("flood", fmt.Sprint(size)))
			if !assert.NoError(t, err) {
				return
			}
			defer conn.Close()
			got, err := io.ReadAll(conn.Stdout())
			assert.NoError(t, err)
			assert.Len(t, got, len(want))
			assert.True(t, want == string(got), "the output differs")
			exit, err := conn.Wait()
			assert.NoError(t, err)
			assert.True(t, exit.Success(), "%v", exit)
		})
	}
	group.Wait()
}

func TestCase79TerminalOutputCanBeReadAfterWait(t *testing.T) {
	for range 50 {
		conn := start(t, ptyio.PTY{}, helper("flood", "3000"))
		require.True(t, wait(t, conn).Success())
		want := strings.ReplaceAll(string(pattern(3000)), "\n", "\r\n")
		require.Equal(t, want, readAll(t, conn.Stdout()))
	}
}

// A master that misses one wake-up of the other side would block for ever.
func TestRawTerminalTakesMuchMoreThanItHolds(t *testing.T) {
	conn := startReady(t, ptyio.PTY{}, helper("raw"))
	sent := pattern(1 << 20)

	_, err := conn.Write(sent)
	require.NoError(t, err)
	require.NoError(t, conn.CloseStdin())

	n, hash := digest(bytes.NewReader(sent))
	assert.Equal(t, fmt.Sprintf("%d %x", n, hash), readLine(t, bufio.NewReader(conn.Stdout())))
}

func TestCloseStdinOnATerminal(t *testing.T) {
	for _, typed := range []string{"", "line\n", "line\nunfinished"} {
		t.Run(fmt.Sprintf("%q", typed), func(t *testing.T) {
			conn := start(t, ptyio.PTY{}, helper("count"))
			_, err := io.WriteString(conn, typed)
			require.NoError(t, err)

			require.NoError(t, conn.CloseStdin())

			output := readAll(t, conn.Stdout())
			n, hash := digest(strings.NewReader(typed))
			assert.Contains(t, output, fmt.Sprintf("%d %x", n, hash))
			assert.True(t, wait(t, conn).Success())
		})
	}
}

func TestCloseStdinWithoutEndOfFileCharacter(t *testing.T) {
	conn := start(t, ptyio.PTY{}, ptyio.Shell("stty eof undef; echo ready; read -r line"))
	require.Equal(t, "ready", readLine(t, bufio.NewReader(conn.Stdout())))
	assert.ErrorContains(t, conn.CloseStdin(), "no end-of-file character")
}

// With job control a shell runs its jobs in groups of their own; those hang on
// the terminal, and go when it is hung up.
func TestCase80CloseHangsTheTerminalUp(t *testing.T) {
	conn := start(t, ptyio.PTY{}, ptyio.Shell("set -m; "+helperName+"=block "+os.Args[0]+" & echo $!; fg"))
	output := bufio.NewReader(conn.Stdout())
	var job int
	_, err := fmt.Sscan(readLine(t, output), &job)
	require.NoError(t, err)
	for readLine(t, output) != "ready" {
	}

	require.NoError(t, conn.Close())

	requireGone(t, job)
}
