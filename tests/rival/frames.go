package rival

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"brood/runtime/worker"
)

// The wire's numbers, from the documentation of package protocol.
const (
	prefixBytes = 4
	headerBytes = 14
	limitBytes  = 4 << 20
	incarnation = 1
	kindHello   = 1
	kindTask    = 2
	kindResult  = 3
)

// Program is a child that speaks frames. The zero value is this program with
// the Go SDK; otherwise it is the path of another one.
type Program string

func (p Program) command() *exec.Cmd {
	if p == "" {
		return self(worker.EnvName, workerName)
	}
	cmd := exec.Command(string(p))
	cmd.Env = os.Environ()
	return cmd
}

// frames is one process that speaks frames, and the buffers of its two pipes.
type frames struct {
	cmd     *exec.Cmd
	in, out *os.File // what it reads and what it writes: our ends
	bell    *os.File // kept open, and never rung: no task is cancelled
	w       *bufio.Writer
	r       *bufio.Reader
	header  [prefixBytes + headerBytes]byte // of the writer
}

// startFrames starts a child and waits for its hello.
func startFrames(program Program) (*frames, error) {
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirIn.Close()
	out, theirOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	defer theirOut.Close()
	theirBell, bell, err := newBell()
	if err != nil {
		return nil, errors.Join(err, in.Close(), out.Close())
	}
	defer theirBell.Close()
	cmd := program.command()
	cmd.Env = append(cmd.Env, fmt.Sprintf("BROOD_WIRE=1:3:4:%d:%d:0:5", incarnation, limitBytes))
	cmd.ExtraFiles = []*os.File{theirIn, theirOut, theirBell}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, in.Close(), out.Close(), bell.Close())
	}
	c := &frames{cmd: cmd, in: in, out: out, bell: bell, w: bufio.NewWriterSize(in, 64<<10), r: bufio.NewReaderSize(out, 64<<10)}
	if _, _, err := c.readKind(kindHello); err != nil {
		return nil, errors.Join(err, c.closeInput(), c.end())
	}
	return c, nil
}

func (c *frames) write(id uint64, payload []byte) error {
	h := c.header[:]
	binary.BigEndian.PutUint32(h, uint32(headerBytes+len(payload)))
	h[4], h[5] = kindTask, 0
	binary.BigEndian.PutUint32(h[6:], incarnation)
	binary.BigEndian.PutUint64(h[10:], id)
	if _, err := c.w.Write(h); err != nil {
		return err
	}
	_, err := c.w.Write(payload)
	return err
}

func (c *frames) flush() error { return c.w.Flush() }

func (c *frames) read() (id uint64, payload []byte, err error) { return c.readKind(kindResult) }

func (c *frames) readKind(kind byte) (id uint64, payload []byte, err error) {
	h, err := c.r.Peek(prefixBytes + headerBytes)
	if err != nil {
		return 0, nil, err
	}
	size := binary.BigEndian.Uint32(h)
	if size < headerBytes || size > limitBytes || h[4] != kind || h[5] != 0 {
		return 0, nil, fmt.Errorf("rival: bad frame % x", h)
	}
	id = binary.BigEndian.Uint64(h[10:])
	if _, err := c.r.Discard(len(h)); err != nil {
		return 0, nil, err
	}
	payload = make([]byte, size-headerBytes)
	_, err = io.ReadFull(c.r, payload)
	return id, payload, err
}

func (c *frames) closeInput() error { return c.in.Close() }

func (c *frames) end() error { return errors.Join(c.cmd.Wait(), c.out.Close(), c.bell.Close()) }

// FirstAnswer starts a program, gives it one task and returns how long it took
// from before the start to the answer: the least that any pool's recovery can
// take.
func FirstAnswer(program Program) (time.Duration, error) {
	began := time.Now()
	c, err := startFrames(program)
	if err != nil {
		return 0, err
	}
	err = errors.Join(c.write(1, []byte("first")), c.flush())
	if err == nil {
		_, _, err = c.read()
	}
	took := time.Since(began)
	return took, errors.Join(err, c.closeInput(), c.end())
}

// End starts a program, lets it answer one task, kills it and returns how long it took
// until that was known: the least that whoever takes over can take.
func End(program Program) (time.Duration, error) {
	c, err := startFrames(program)
	if err != nil {
		return 0, err
	}
	err = errors.Join(c.write(1, []byte("first")), c.flush())
	if err == nil {
		_, _, err = c.read()
	}
	began := time.Now()
	err = errors.Join(err, c.cmd.Process.Kill())
	_, failed := c.r.Peek(1)
	took := time.Since(began)
	if failed != io.EOF {
		err = errors.Join(err, fmt.Errorf("rival: %w after a kill", failed))
	}
	if exit := new(exec.ExitError); !errors.As(c.end(), &exit) {
		err = errors.Join(err, errors.New("rival: it was not killed"))
	}
	return took, errors.Join(err, c.closeInput())
}
