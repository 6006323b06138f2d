package ptyio_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func TestPipesCarryBytesBothWays(t *testing.T) {
	conn := start(t, ptyio.Pipes{}, helper("cat"))
	sent := string(pattern(300_000))
	written := async(func() {
		n, err := conn.Write([]byte(sent))
		assert.NoError(t, err)
		assert.Equal(t, len(sent), n)
		assert.NoError(t, conn.CloseStdin())
		assert.NoError(t, conn.CloseStdin(), "a second time")
	})

	got := readAll(t, conn.Stdout())

	assert.True(t, got == sent, "what came back differs")
	requireDone(t, written, limit, "Write")
	assert.True(t, wait(t, conn).Success())
	_, err := conn.Write([]byte("late"))
	assert.ErrorIs(t, err, os.ErrClosed)
}

func TestStdoutAndStderrAreApart(t *testing.T) {
	conn := start(t, ptyio.Pipes{}, helper("bothsides"))
	var stderr string
	read := async(func() { stderr = readAll(t, conn.Stderr()) })
	stdout := readAll(t, conn.Stdout())
	requireDone(t, read, limit, "reading stderr")

	wantOut, wantErr := &strings.Builder{}, &strings.Builder{}
	for i := range 1000 {
		fmt.Fprintln(wantOut, "out", i)
		fmt.Fprintln(wantErr, "err", i)
	}
	assert.Equal(t, wantOut.String(), stdout)
	assert.Equal(t, wantErr.String(), stderr)
}

// The pipe holds 64 KiB, so most of the output is written while it is read, and
// the end arrives with output still unread.
func TestCase21NoOutputIsLostAtTheEnd(t *testing.T) {
	requireAllOutput(t, ptyio.Pipes{}, fewer(200), 1<<20, 200)
}

// requireAllOutput starts children that print size bytes and exit at once, some
// at a time, and compares what arrives byte by byte.
func requireAllOutput(t *testing.T, transport ptyio.Transport, children, size, atATime int) {
	want := pattern(size)
	var group sync.WaitGroup
	slots := make(chan struct{}, atATime)
	for i := range children {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			conn, err := transport.Start(helper("flood", fmt.Sprint(size)))
			if !assert.NoError(t, err) {
				return
			}
			defer conn.Close()
			got := comparison{left: want}
			if i%2 == 0 {
				_, err = io.Copy(&got, conn.Stdout())
				assert.NoError(t, err)
			} else {
				assert.Equal(t, io.EOF, got.receive(conn.Stdout()))
			}
			assert.Empty(t, len(got.left), "bytes that are missing")
			assert.False(t, got.differs)
			exit, err := conn.Wait()
			assert.NoError(t, err)
			assert.True(t, exit.Success(), "%v", exit)
		})
	}
	group.Wait()
}

// comparison compares what is written to it.
type comparison struct {
	left    []byte // what is still to come
	differs bool
}

func (c *comparison) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(c.left, p) {
		c.differs = true
		return len(p), nil
	}
	c.left = c.left[len(p):]
	return len(p), nil
}

func (c *comparison) receive(output ptyio.Output) (err error) {
	for err == nil {
		err = output.Receive(1<<20, func(p []byte) { c.Write(p) })
	}
	return err
}

func TestOutputCanBeReadAfterWait(t *testing.T) {
	conn := start(t, ptyio.Pipes{}, helper("flood", "60000"))

	require.True(t, wait(t, conn).Success())

	assert.Equal(t, string(pattern(60_000)), readAll(t, conn.Stdout()))
}

func TestOnlyATerminalHasASize(t *testing.T) {
	conn := start(t, ptyio.Pipes{}, helper("exit", "0"))
	assert.ErrorIs(t, conn.Resize(ptyio.Size{Rows: 1, Cols: 1}), ptyio.ErrNotTerminal)
}

func TestEnvironmentOfTheChild(t *testing.T) {
	t.Setenv("BROOD_SECRET", "x")
	t.Setenv("PTYIO_INHERITED", "y")
	cmd := helper("environ")
	cmd.Env.Set["PTYIO_SET"] = "a=b"
	cmd.Env.Unset = []string{"PTYIO_INHERITED"}
	conn := start(t, ptyio.Pipes{}, cmd)

	got := withoutMark(t, readAll(t, conn.Stdout()))

	assert.Equal(t, strings.Join(cmd.Env.Environ(os.Environ()), "\n")+"\n", got)
	assert.Contains(t, got, "PTYIO_SET=a=b\n")
	assert.NotContains(t, got, "BROOD_SECRET")
	assert.NotContains(t, got, "PTYIO_INHERITED")
}

func TestEmptyEnvironment(t *testing.T) {
	cmd := helper("environ")
	cmd.Env.Empty = true
	cmd.Env.Pass = []string{"RUN_MARK"}
	conn := start(t, ptyio.Pipes{}, cmd)

	want := "GORACE=atexit_sleep_ms=0\n" + helperName + "=environ\nRUN_MARK=" + os.Getenv("RUN_MARK") + "\n"
	assert.Equal(t, want, withoutMark(t, readAll(t, conn.Stdout())))
}

// withoutMark takes the first line away if it is the variable by which the
// members of a tree are known; it is the only one that is added.
func withoutMark(t *testing.T, environ string) string {
	t.Helper()
	first, rest, _ := strings.Cut(environ, "\n")
	if !strings.HasPrefix(first, "BROOD_TREE=") {
		return environ
	}
	assert.NotContains(t, rest, "BROOD_")
	return rest
}

func TestShellRunsAScript(t *testing.T) {
	cmd := ptyio.Shell(`read -r line; echo "$line, $WHO"; exit 3`)
	cmd.Env.Set = map[string]string{"WHO": "$(not run)"}
	conn := start(t, ptyio.Pipes{}, cmd)
	_, err := conn.Write([]byte("hello\n"))
	require.NoError(t, err)

	assert.Equal(t, "hello, $(not run)", readLine(t, bufio.NewReader(conn.Stdout())))
	assert.Equal(t, 3, wait(t, conn).Code)
}
