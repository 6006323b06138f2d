//go:build unix

package ptyio_test

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func init() {
	helpers["inherit"] = inherit
	helpers["broken stdout"] = writeOntoBrokenPipes
}

// inherit starts a child on its own three streams.
func inherit([]string) {
	conn, err := ptyio.Pipes{
		Stdin:  ptyio.Stdio{File: os.Stdin},
		Stdout: ptyio.Stdio{File: os.Stdout},
		Stderr: ptyio.Stdio{File: os.Stderr},
	}.Start(ptyio.Shell("read -r line; echo out $line; echo err $line >&2"))
	exitOn(err)
	_, err = conn.Wait()
	exitOn(err)
	exitOn(conn.Close())
}

func file(t *testing.T, name, content string) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

func TestStreamsToAndFromFiles(t *testing.T) {
	in, out, errs := file(t, "in", "words\n"), file(t, "out", ""), file(t, "err", "")
	conn := start(t, ptyio.Pipes{
		Stdin: ptyio.Stdio{File: in}, Stdout: ptyio.Stdio{File: out}, Stderr: ptyio.Stdio{File: errs},
	}, ptyio.Shell("cat; echo trouble >&2"))

	require.True(t, wait(t, conn).Success())

	requireContent(t, out.Name(), "words\n")
	requireContent(t, errs.Name(), "trouble\n")
	assert.Nil(t, conn.Stdout())
	assert.Nil(t, conn.Stderr())
	assert.Empty(t, conn.Holders())
	requireStdinRedirected(t, conn)
	require.NoError(t, conn.Close())
	_, err := in.Stat()
	assert.NoError(t, err, "the caller's file is still open")
}

func requireStdinRedirected(t *testing.T, conn ptyio.Conn) {
	t.Helper()
	_, err := conn.Write([]byte("x"))
	require.ErrorIs(t, err, ptyio.ErrRedirected)
	require.ErrorContains(t, err, "ptyio: write to sh: stdin is redirected")
	require.ErrorIs(t, conn.CloseStdin(), ptyio.ErrRedirected)
	require.ErrorIs(t, conn.SetWriteDeadline(time.Now()), ptyio.ErrRedirected)
}

func TestOneStreamRedirectedLeavesTheOthers(t *testing.T) {
	out := file(t, "out", "")
	conn := start(t, ptyio.Pipes{Stdout: ptyio.Stdio{File: out}}, ptyio.Shell("cat; echo done >&2"))
	_, err := io.WriteString(conn, "words")
	require.NoError(t, err)
	require.NoError(t, conn.CloseStdin())

	assert.Equal(t, "done\n", readAll(t, conn.Stderr()))
	require.True(t, wait(t, conn).Success())
	requireContent(t, out.Name(), "words")
	assert.Nil(t, conn.Stdout())
}

func TestInheritedStreams(t *testing.T) {
	conn := start(t, ptyio.Pipes{}, helper("inherit"))
	_, err := io.WriteString(conn, "hello\n")
	require.NoError(t, err)
	assert.Equal(t, "out hello\n", readAll(t, conn.Stdout()))
	assert.Equal(t, "err hello\n", readAll(t, conn.Stderr()))
}

func TestIgnoredStreams(t *testing.T) {
	null := ptyio.Stdio{Null: true}
	conn := start(t, ptyio.Pipes{Stdin: null, Stdout: null, Stderr: null},
		ptyio.Shell("if read -r line; then exit 1; fi; echo lost && echo lost >&2 && exit 7"))

	assert.Equal(t, 7, wait(t, conn).Code)
	assert.Nil(t, conn.Stdout())
	assert.Nil(t, conn.Stderr())
	requireStdinRedirected(t, conn)
}

func TestStreamThatIsBothAFileAndNothing(t *testing.T) {
	both := ptyio.Stdio{File: os.Stdin, Null: true}
	for want, transport := range map[string]ptyio.Pipes{
		"stdin": {Stdin: both}, "stdout": {Stdout: both}, "stderr": {Stderr: both},
	} {
		_, err := transport.Start(helper("exit", "0"))

		var startErr *ptyio.StartError
		require.ErrorAs(t, err, &startErr)
		assert.ErrorIs(t, err, syscall.EINVAL)
		assert.EqualError(t, err, "ptyio: start "+os.Args[0]+": "+want+" both a file and nothing: invalid argument")
	}
	before := openDescriptors(t)
	closed := ptyio.Stdio{File: closedFile(t)}
	for range 50 {
		_, err := ptyio.Pipes{Stdout: closed}.Start(helper("exit", "0"))
		require.ErrorIs(t, err, os.ErrClosed)
		_, err = ptyio.Pipes{Stderr: both}.Start(helper("exit", "0"))
		require.ErrorIs(t, err, syscall.EINVAL)
	}
	assert.Less(t, len(openDescriptors(t)), len(before)+25, "descriptors left open by 100 failures")
}

// The first writes without end; it dies of SIGPIPE when the second has seen
// enough. The owner keeps no end of the pipe between them.
func TestPipingOneProcessIntoAnother(t *testing.T) {
	r, w := pipe(t)
	yes := start(t, ptyio.Pipes{Stdout: ptyio.Stdio{File: w}}, ptyio.Command{Path: "yes"})
	head := start(t, ptyio.Pipes{Stdin: ptyio.Stdio{File: r}}, ptyio.Command{Path: "head", Args: []string{"-n", "3"}})
	require.NoError(t, r.Close())
	require.NoError(t, w.Close())

	assert.Equal(t, "y\ny\ny\n", readAll(t, head.Stdout()))
	assert.True(t, wait(t, head).Success())
	assert.Equal(t, syscall.SIGPIPE, wait(t, yes).Signal)
}

// writeOntoBrokenPipes is an owner whose own stdout has no reader: that is not
// what a child's stdin without a reader may be taken for.
func writeOntoBrokenPipes([]string) {
	conn, err := ptyio.Pipes{}.Start(helper("close"))
	exitOn(err)
	_, err = bufio.NewReader(conn.Stdout()).ReadString('\n')
	exitOn(err)
	_, err = conn.Write([]byte("x\n"))
	os.Stderr.WriteString(err.Error() + "\n")
	conn.Close()
	conn.Wait()
	if os.Args[1] == "write" {
		os.Stdout.WriteString("x") // the control: this is what ends a program
	}
	os.Exit(5)
}

func TestCase24BrokenPipesDoNotEndTheOwner(t *testing.T) {
	for _, write := range []string{"keep", "write"} {
		r, w := pipe(t)
		conn := start(t, ptyio.Pipes{Stdout: ptyio.Stdio{File: w}}, helper("broken stdout", write))
		require.NoError(t, w.Close())
		require.NoError(t, r.Close())

		assert.Equal(t, "ptyio: write to ptyio.test: broken pipe\n", readAll(t, conn.Stderr()))
		exit := wait(t, conn)
		if write == "keep" {
			assert.Equal(t, 5, exit.Code)
		} else {
			assert.Equal(t, syscall.SIGPIPE, exit.Signal, "control")
		}
	}
}
