package ptyiotest

import (
	"bytes"
	"io"
	"os"
	"syscall"
	"time"
)

// pipeBytes is what a stream holds between its ends, as a pipe on Linux does.
const pipeBytes = 64 << 10

// pipe is a bounded stream of bytes between a child and its owner. All of it is
// guarded by life.mu, and every change is told to life.changed.
type pipe struct {
	life           *life
	data           []byte
	typedEnds      []int // where in data an end-of-file was typed on a terminal
	reader, writer end
	writing        bool // somebody's Write is under way; others wait, so that none are mixed
}

// end is one end of a pipe. That of the child stops, and is gone, with it.
type end struct {
	ofChild bool
	closed  bool
	passed  bool // the deadline
	timer   *time.Timer
}

// fault is why nothing can be done at this end; nil if something can.
func (e *end) fault() error {
	switch {
	case e.closed:
		return os.ErrClosed
	case e.passed:
		return os.ErrDeadlineExceeded
	}
	return nil
}

func (e *end) close() {
	e.closed = true
	e.stopTimer()
}

func (e *end) stopTimer() {
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
}

// pass lets a child's goroutine on only while the child runs.
func (p *pipe) pass(e *end) {
	if e.ofChild {
		p.life.mayRun()
	}
}

// setDeadline makes what waits at e, also what waits already, end at t.
func (p *pipe) setDeadline(e *end, t time.Time) error {
	l := p.life
	l.mu.Lock()
	defer l.mu.Unlock()
	p.pass(e)
	if e.closed {
		return os.ErrClosed
	}
	e.stopTimer()
	rest := time.Until(t)
	e.passed = !t.IsZero() && rest <= 0
	if !t.IsZero() && rest > 0 {
		var timer *time.Timer
		timer = time.AfterFunc(rest, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			if e.timer == timer { // else a later call has replaced it
				e.passed = true
				l.changed.Broadcast()
			}
		})
		e.timer = timer
	}
	l.changed.Broadcast()
	return nil
}

func (p *pipe) closeEnd(e *end) error {
	p.life.mu.Lock()
	defer p.life.mu.Unlock()
	p.pass(e)
	if e.closed {
		return os.ErrClosed
	}
	e.close()
	p.life.changed.Broadcast()
	return nil
}

func (p *pipe) read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	p.life.mu.Lock()
	defer p.life.mu.Unlock()
	if err := p.awaitData(); err != nil {
		return 0, err
	}
	return copy(b, p.take(len(b))), nil
}

// receive is a read that takes a buffer only when there is something for it.
func (p *pipe) receive(limit int) ([]byte, error) {
	if limit <= 0 {
		return nil, nil
	}
	p.life.mu.Lock()
	defer p.life.mu.Unlock()
	if err := p.awaitData(); err != nil {
		return nil, err
	}
	return bytes.Clone(p.take(limit)), nil
}

// readLine reads up to and including a newline, or the end, with which it gives
// io.EOF. It takes nothing that comes after.
func (p *pipe) readLine() (line []byte, err error) {
	p.life.mu.Lock()
	defer p.life.mu.Unlock()
	for {
		if err := p.awaitData(); err != nil {
			return line, err
		}
		limit := bytes.IndexByte(p.data, '\n') + 1
		if limit == 0 {
			limit = len(p.data)
		}
		line = append(line, p.take(limit)...)
		if line[len(line)-1] == '\n' {
			return line, nil
		}
	}
}

// awaitData returns when there is something to read, or why there will not be.
func (p *pipe) awaitData() error {
	for {
		p.pass(&p.reader)
		if err := p.reader.fault(); err != nil {
			return err
		}
		switch {
		case len(p.typedEnds) > 0 && p.typedEnds[0] == 0:
			p.typedEnds = p.typedEnds[1:]
			return io.EOF
		case len(p.data) > 0:
			return nil
		case p.writer.closed:
			return io.EOF
		}
		p.life.changed.Wait()
	}
}

// take removes at most limit bytes, and none beyond an end that was typed. They
// are valid until the lock is given up.
func (p *pipe) take(limit int) []byte {
	limit = min(limit, len(p.data))
	if len(p.typedEnds) > 0 {
		limit = min(limit, p.typedEnds[0])
	}
	taken := p.data[:limit]
	p.data = p.data[limit:]
	for i := range p.typedEnds {
		p.typedEnds[i] -= limit
	}
	p.life.changed.Broadcast()
	return taken
}

// write puts all of b into the pipe, or says how much of it and why no more.
func (p *pipe) write(b []byte) (n int, err error) {
	if len(b) == 0 {
		return 0, nil
	}
	l := p.life
	l.mu.Lock()
	defer l.mu.Unlock()
	for p.writing {
		p.pass(&p.writer)
		if err := p.writer.fault(); err != nil {
			return 0, err
		}
		l.changed.Wait()
	}
	p.writing = true
	defer func() { // also if the child ends in here
		p.writing = false
		l.changed.Broadcast()
	}()
	for {
		if err := p.awaitRoom(); err != nil {
			return n, err
		}
		put := min(len(b)-n, pipeBytes-len(p.data))
		p.data = append(p.data, b[n:n+put]...)
		n += put
		l.changed.Broadcast()
		if n == len(b) {
			return n, nil
		}
	}
}

// awaitRoom returns when the pipe takes more, or why it will not. A child that
// writes where nobody reads any more gets PIPE, of which it mostly dies.
func (p *pipe) awaitRoom() error {
	for {
		p.pass(&p.writer)
		if err := p.writer.fault(); err != nil {
			return err
		}
		if p.reader.closed {
			if p.writer.ofChild {
				p.life.deliver(syscall.SIGPIPE)
				p.life.mayRun()
			}
			return syscall.EPIPE
		}
		if len(p.data) < pipeBytes {
			return nil
		}
		p.life.changed.Wait()
	}
}

// typeEnd makes the reader see an end where the data ends now, once.
func (p *pipe) typeEnd() {
	if n := len(p.typedEnds); n == 0 || p.typedEnds[n-1] != len(p.data) {
		p.typedEnds = append(p.typedEnds, len(p.data))
	}
	p.life.changed.Broadcast()
}
