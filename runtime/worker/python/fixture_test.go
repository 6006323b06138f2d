//go:build unix

package python

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// patience bounds every wait: a test fails then, instead of hanging.
	patience = time.Minute
	// self is the incarnation of the workers under test, and limit that of their
	// frames.
	self  = 7
	limit = 1 << 20
)

// The kinds of frames.
const (
	hello = iota + 1
	task
	result
	failure
	cancel
	ping
	pong
	shutdown
	revoke
	revoked
)

// frame is what a test says and hears. It is written and read here by hand, so
// that the file is held against the bytes of the protocol's page.
type frame struct {
	kind     byte
	id       uint64
	trace    []byte
	streamed bool
	payload  string
}

func (f frame) bytes() []byte {
	var flags byte
	if f.trace != nil {
		flags = 1
	}
	if f.streamed {
		flags |= 4
	}
	body := binary.BigEndian.AppendUint32([]byte{f.kind, flags}, self)
	body = binary.BigEndian.AppendUint64(body, f.id)
	body = append(append(body, f.trace...), f.payload...)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}

// script is a worker in Python, and the pool's side of its wire.
type script struct {
	t      *testing.T
	cmd    *exec.Cmd
	w, r   *os.File
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr bytes.Buffer
	times  [2]uint64 // of the answer that was heard last
}

// interpreter returns the program itself: what is called python3 can be a script
// that takes longer to find it than it takes to start.
var interpreter = sync.OnceValues(func() (string, error) {
	said, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	return strings.TrimSpace(string(said)), err
})

// start starts testdata/worker.py and hears its hello. A mark, if it is not nil,
// becomes its descriptor 5.
func start(t *testing.T, mark *os.File) *script {
	t.Helper()
	program, err := interpreter()
	if err != nil {
		t.Skip("no python3")
	}
	in, w, err := os.Pipe()
	require.NoError(t, err)
	r, out, err := os.Pipe()
	require.NoError(t, err)
	s := &script{t: t, w: w, r: r, cmd: exec.Command(program, "-B", "testdata/worker.py")}
	s.cmd.ExtraFiles = []*os.File{in, out}
	wire := fmt.Sprintf("BROOD_WIRE=1:3:4:%d:%d", self, limit)
	if mark != nil {
		s.cmd.ExtraFiles = append(s.cmd.ExtraFiles, mark)
		wire += ":5"
	}
	s.cmd.Env = append(os.Environ(), wire, "BROOD_WORKER=x", "PYTHONPATH=.")
	s.cmd.Stderr = &s.stderr
	stdout, err := s.cmd.StdoutPipe()
	require.NoError(t, err)
	s.stdout = bufio.NewReader(stdout)
	s.stdin, err = s.cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, s.cmd.Start())
	in.Close()
	out.Close()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // one that has ended says so
		_ = s.cmd.Wait()
		w.Close()
		r.Close()
	})
	require.Equal(t, frame{kind: hello, payload: "\x00\x01python"}, s.hear())
	return s
}

// say sends frames, all in one write.
func (s *script) say(frames ...frame) {
	s.t.Helper()
	var all []byte
	for _, f := range frames {
		all = append(all, f.bytes()...)
	}
	_, err := s.w.Write(all)
	require.NoError(s.t, err)
}

// hear returns the worker's next frame.
func (s *script) hear() frame {
	s.t.Helper()
	require.NoError(s.t, s.r.SetReadDeadline(time.Now().Add(patience)))
	var length [4]byte
	_, err := io.ReadFull(s.r, length[:])
	require.NoError(s.t, err, "%s", &s.stderr)
	body := make([]byte, binary.BigEndian.Uint32(length[:]))
	_, err = io.ReadFull(s.r, body)
	require.NoError(s.t, err)
	require.EqualValues(s.t, self, binary.BigEndian.Uint32(body[2:]))
	f := frame{kind: body[0], id: binary.BigEndian.Uint64(body[6:])}
	flags, rest := body[1], body[14:]
	s.times = [2]uint64{}
	if flags == 2 {
		s.times = [2]uint64{binary.BigEndian.Uint64(rest), binary.BigEndian.Uint64(rest[8:])}
		rest, flags = rest[16:], 0
	}
	require.Zero(s.t, flags)
	f.payload = string(rest)
	return f
}

// begun waits until the handler says that it is at its task.
func (s *script) begun() {
	s.t.Helper()
	line, err := s.stdout.ReadString('\n')
	require.NoError(s.t, err)
	require.Equal(s.t, "begun\n", line)
}

// end waits until the worker has exited, and returns its code.
func (s *script) end() int {
	s.t.Helper()
	ended := make(chan error, 1) // the one error of Wait
	go func() { ended <- s.cmd.Wait() }()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode()
		}
		assert.NoError(s.t, err)
		return 0
	case <-time.After(patience):
		require.FailNow(s.t, "it runs on")
		return 0
	}
}
