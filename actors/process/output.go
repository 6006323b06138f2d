package process

import (
	"sync/atomic"
	"time"

	"brood/actors"
	"brood/ptyio"
)

const (
	stdout = actors.Stdout
	stderr = actors.Stderr

	// readBytes is the most that is read at once: what a pipe holds.
	readBytes = 64 << 10
	// tailBytes is how much of the end of stderr is kept.
	tailBytes = 4 << 10
)

// output is one of an incarnation's outputs.
type output struct {
	run    *run
	stream Stream
	out    ptyio.Output
	sink   sink // nil: nobody consumes it
	keep   bool // its tail is to be kept
	tail   []byte
	listen func(data []byte) (done bool) // nil: no probe wants to see it

	credit    *credit // of sending; else nil
	window    *window // of buffering and filling; else nil
	ownWindow bool    // … and it goes with the incarnation
	dropped   atomic.Uint64
}

// read is the reader: it delivers the output until it ends. It reads no more
// than its consumer has room for, so that a slow consumer blocks the child and
// not memory.
func (o *output) read() {
	take := o.take // made once
	for {
		limit := readBytes
		if o.sink != nil {
			limit = o.sink.room(limit)
		}
		if err := o.out.Receive(limit, take); err != nil {
			break // the end, or its closing: the exit tells which
		}
	}
	if o.sink != nil {
		o.run.consume(o.sink.end)
	}
	o.run.post(&streamEnded{run: o.run, stream: o.stream, tail: o.tail})
}

func (o *output) take(data []byte) {
	r := o.run
	r.delivered.Add(uint64(len(data)))
	r.printed.Store(int64(time.Since(r.started)))
	if o.listen != nil && o.listen(data) {
		o.listen = nil
	}
	if o.sink != nil {
		r.consuming.Add(1)
		o.sink.take(data, 0)
		r.consuming.Add(-1)
	}
	if o.keep {
		o.tail = appendTail(o.tail, data)
	}
}

func (o *output) drop(n int) {
	if n > 0 {
		o.dropped.Add(uint64(n))
	}
}

// loosen ends every wait for the consumer.
func (o *output) loosen() {
	if o.credit != nil {
		o.credit.open()
	}
	if o.window != nil {
		o.window.wake()
	}
}

// settle returns how many bytes were dropped, when nothing is delivered any
// more.
func (o *output) settle() uint64 {
	if o == nil {
		return 0
	}
	if o.ownWindow {
		o.drop(o.window.leave())
	}
	return o.dropped.Load()
}

// appendTail keeps the last tailBytes of what was ever appended.
func appendTail(tail, data []byte) []byte {
	if len(data) >= tailBytes {
		return append(tail[:0], data[len(data)-tailBytes:]...)
	}
	if over := len(tail) + len(data) - tailBytes; over > 0 {
		tail = tail[:copy(tail, tail[over:])]
	}
	return append(tail, data...)
}
