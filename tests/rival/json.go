package rival

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"

	"brood/tests/load"
)

// message is one line in either direction.
type message struct {
	ID      uint64 `json:"id"`
	Payload []byte `json:"payload"`
}

// oneByOne is a pool with a goroutine for each child, which takes a task from a
// channel, writes it as a line of JSON, reads the answer and takes the next.
type oneByOne struct {
	calls   chan call
	workers sync.WaitGroup
	ended   chan error // one for each child, never read before Close
}

type call struct {
	payload []byte
	answer  chan answer
}

type answer struct {
	payload []byte
	err     error
}

// JSON starts the pool that does one task after the other on each child.
func JSON(workers int) (load.Pool, error) {
	p := &oneByOne{calls: make(chan call), ended: make(chan error, workers)}
	for range workers {
		child, err := startJSON()
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		p.workers.Go(func() {
			for c := range p.calls {
				payload, err := child.exchange(c.payload)
				c.answer <- answer{payload, err}
			}
			p.ended <- errors.Join(child.closeInput(), child.end())
		})
	}
	return p, nil
}

// Submit hands payload to the next child that is free.
func (p *oneByOne) Submit(ctx context.Context, payload []byte) ([]byte, error) {
	return submit(ctx, p.calls, call{payload, make(chan answer, 1)})
}

// submit hands a call over and waits for its answer.
func submit(ctx context.Context, calls chan<- call, c call) ([]byte, error) {
	select {
	case calls <- c:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case a := <-c.answer:
		return a.payload, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close ends the children and returns what they ended with.
func (p *oneByOne) Close() error {
	close(p.calls)
	p.workers.Wait()
	return joinAll(p.ended)
}

// joinAll closes errs and returns what was in it.
func joinAll(errs chan error) (all error) {
	close(errs)
	for err := range errs {
		all = errors.Join(all, err)
	}
	return all
}

// jsonLines is one process that speaks lines of JSON, and the buffers of its
// two pipes.
type jsonLines struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	out    *bufio.Writer
	encode *json.Encoder // onto out
	decode *json.Decoder
	last   uint64
}

func startJSON() (*jsonLines, error) {
	cmd := self(envChild, jsonChild)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	out := bufio.NewWriter(stdin)
	return &jsonLines{
		cmd: cmd, stdin: stdin, out: out,
		encode: json.NewEncoder(out),
		decode: json.NewDecoder(bufio.NewReader(stdout)),
	}, nil
}

// exchange sends payload to the child and returns what it answers.
func (c *jsonLines) exchange(payload []byte) ([]byte, error) {
	c.last++
	if err := c.write(c.last, payload); err != nil {
		return nil, err
	}
	if err := c.flush(); err != nil {
		return nil, err
	}
	id, reply, err := c.read()
	if err == nil && id != c.last {
		err = fmt.Errorf("rival: asked %d, answered %d", c.last, id)
	}
	return reply, err
}

func (c *jsonLines) write(id uint64, payload []byte) error {
	return c.encode.Encode(message{id, payload})
}

func (c *jsonLines) flush() error { return c.out.Flush() }

func (c *jsonLines) read() (id uint64, payload []byte, err error) {
	var m message
	err = c.decode.Decode(&m)
	return m.ID, m.Payload, err
}

func (c *jsonLines) closeInput() error { return c.stdin.Close() }

func (c *jsonLines) end() error { return c.cmd.Wait() }

// echoJSON is the child's side: it answers every line with the same line. What
// it has answered is written when it would have to wait for more.
func echoJSON(in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	buffer := bufio.NewWriter(out)
	encode := json.NewEncoder(buffer)
	for {
		line, err := lines.ReadSlice('\n')
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		var task message
		if err := json.Unmarshal(line, &task); err != nil {
			return err
		}
		if err := encode.Encode(task); err != nil {
			return err
		}
		if lines.Buffered() > 0 {
			continue
		}
		if err := buffer.Flush(); err != nil {
			return err
		}
	}
}
