package bench

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
)

const baselineName = "baseline"

// message is one line in either direction.
type message struct {
	ID      uint64 `json:"id"`
	Payload []byte `json:"payload"`
}

// baseline is the pool that a good Go programmer writes by hand: a goroutine
// for each child, which takes a task from a channel, writes it as a line of
// JSON, reads the answer and takes the next. It does not replace a child that
// died, bound its queue or cancel a task: it is fast and thin on purpose.
type baseline struct {
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

var _ submitter = (*baseline)(nil)

func newBaseline(workers int) (submitter, error) {
	p := &baseline{calls: make(chan call), ended: make(chan error, workers)}
	for range workers {
		child, err := startChild()
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		p.workers.Go(func() {
			for c := range p.calls {
				payload, err := child.exchange(c.payload)
				c.answer <- answer{payload, err}
			}
			p.ended <- child.end()
		})
	}
	return p, nil
}

// Submit hands payload to the next child that is free.
func (p *baseline) Submit(ctx context.Context, payload []byte) ([]byte, error) {
	c := call{payload, make(chan answer, 1)}
	select {
	case p.calls <- c:
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
func (p *baseline) Close() error {
	close(p.calls)
	p.workers.Wait()
	close(p.ended)
	var all error
	for err := range p.ended {
		all = errors.Join(all, err)
	}
	return all
}

// child is one process and the buffers of its two pipes.
type child struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	out    *bufio.Writer
	encode *json.Encoder // onto out
	decode *json.Decoder
	last   uint64
}

func startChild() (*child, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childName+"="+baselineName)
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
	return &child{
		cmd: cmd, stdin: stdin, out: out,
		encode: json.NewEncoder(out),
		decode: json.NewDecoder(bufio.NewReader(stdout)),
	}, nil
}

// exchange sends payload to the child and returns what it answers.
func (c *child) exchange(payload []byte) ([]byte, error) {
	c.last++
	if err := c.encode.Encode(message{c.last, payload}); err != nil {
		return nil, err
	}
	if err := c.out.Flush(); err != nil {
		return nil, err
	}
	var reply message
	if err := c.decode.Decode(&reply); err != nil {
		return nil, err
	}
	if reply.ID != c.last {
		return nil, fmt.Errorf("bench: asked %d, answered %d", c.last, reply.ID)
	}
	return reply.Payload, nil
}

// end closes the child's stdin, at which it ends, and waits for it.
func (c *child) end() error {
	c.stdin.Close()
	return c.cmd.Wait()
}

// echoJSON is the child's side: it answers every line with the same line.
func echoJSON(in io.Reader, out io.Writer) error {
	decode := json.NewDecoder(bufio.NewReader(in))
	buffer := bufio.NewWriter(out)
	encode := json.NewEncoder(buffer)
	for {
		var task message
		if err := decode.Decode(&task); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := encode.Encode(task); err != nil {
			return err
		}
		if err := buffer.Flush(); err != nil {
			return err
		}
	}
}
