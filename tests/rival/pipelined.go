package rival

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"brood/tests/load"
)

// depth is how many tasks may be on their way to one child, and how many may
// wait for a child.
const depth = 1024

// conversation is one child and how it is spoken to. One goroutine writes while
// another reads.
type conversation interface {
	write(id uint64, payload []byte) error // into a buffer
	flush() error
	// read returns the next answer. The payload is the caller's.
	read() (id uint64, payload []byte, err error)
	// closeInput makes the child end.
	closeInput() error
	// end waits for it, when all was read.
	end() error
}

// pipelined is a pool with two goroutines for each child: one takes tasks from
// a channel and writes all that wait in one go, one reads the answers.
type pipelined struct {
	calls   chan call
	workers sync.WaitGroup
	ended   chan error // one for each child, never read before Close
	answers sync.Pool  // of chan answer
}

// PipelinedJSON starts the pool that speaks lines of JSON.
func PipelinedJSON(workers int) (load.Pool, error) {
	return newPipelined(workers, func() (conversation, error) { return startJSON() })
}

// Frames returns a starter of the pool that speaks raw frames to a program.
func Frames(program Program) func(workers int) (load.Pool, error) {
	return func(workers int) (load.Pool, error) {
		return newPipelined(workers, func() (conversation, error) { return startFrames(program) })
	}
}

func newPipelined(workers int, start func() (conversation, error)) (load.Pool, error) {
	p := &pipelined{calls: make(chan call, depth), ended: make(chan error, workers)}
	p.answers.New = func() any { return make(chan answer, 1) }
	for range workers {
		child, err := start()
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		p.workers.Go(func() { p.ended <- p.serve(child) })
	}
	return p, nil
}

// Submit hands payload to a child that has time for it.
func (p *pipelined) Submit(ctx context.Context, payload []byte) ([]byte, error) {
	c := call{payload, p.answers.Get().(chan answer)}
	reply, err := submit(ctx, p.calls, c)
	if err == nil { // else the answer may still come
		p.answers.Put(c.answer)
	}
	return reply, err
}

// Close ends the children and returns what they ended with.
func (p *pipelined) Close() error {
	close(p.calls)
	p.workers.Wait()
	return joinAll(p.ended)
}

// serve writes what comes until there is no more, while another goroutine
// reads.
func (p *pipelined) serve(child conversation) error {
	inflight := make(chan call, depth)
	read := make(chan error, 1)
	go func() { read <- receive(child, inflight) }()
	written := p.send(child, inflight)
	close(inflight)
	return errors.Join(written, child.closeInput(), <-read, child.end())
}

// send writes tasks. What is in the buffer is written to the child when no more
// tasks wait, or when the child has as many as it may have.
func (p *pipelined) send(child conversation, inflight chan<- call) error {
	id := uint64(0)
	for c := range p.calls {
		for more := true; more; {
			select {
			case inflight <- c:
			default:
				if err := child.flush(); err != nil {
					return err
				}
				inflight <- c
			}
			id++
			if err := child.write(id, c.payload); err != nil {
				return err
			}
			select {
			case c, more = <-p.calls:
			default:
				more = false
			}
		}
		if err := child.flush(); err != nil {
			return err
		}
	}
	return nil
}

// receive takes the answers, which come in the order of the tasks.
func receive(child conversation, inflight <-chan call) error {
	id := uint64(0)
	for c := range inflight {
		id++
		got, payload, err := child.read()
		if err == nil && got != id {
			err = fmt.Errorf("rival: asked %d, answered %d", id, got)
		}
		c.answer <- answer{payload, err}
		if err != nil {
			return err
		}
	}
	return nil
}
