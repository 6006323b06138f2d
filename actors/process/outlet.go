package process

import (
	"errors"
	"io"
	"os"
	"slices"

	"brood/ptyio"
)

// outlet is the way into one descriptor of the child. What is added is written
// at the end of the turn without blocking; what does not fit is left to a
// flusher, a goroutine that lives until it is written. It belongs to the actor.
type outlet struct {
	w   io.Writer
	try func(p []byte) (int, error) // writes without blocking; nil if w can only block

	buf     []byte // not yet written, not with the flusher
	spare   []byte // the flusher's former buffer, to be used again
	flying  int    // bytes with the flusher; 0: there is none
	flight  []byte // these bytes
	added   uint64 // bytes ever added
	written uint64 // bytes that the kernel has taken
	err     error  // why nothing can be written any more
}

// waiting is how many bytes the kernel has not taken yet.
func (o *outlet) waiting() int { return int(o.added - o.written) }

func (o *outlet) add(p []byte) {
	o.buf = append(o.buf, p...)
	o.added += uint64(len(p))
}

// flush writes what it can and returns what does not fit, for a flusher that
// must end in a call of landed; nil if there is none.
func (o *outlet) flush() (rest []byte) {
	if o.flying > 0 || len(o.buf) == 0 || o.err != nil {
		return nil
	}
	rest = o.buf
	if o.try != nil {
		n, err := o.try(rest)
		o.written += uint64(n)
		if err != nil {
			o.fail(err)
			return nil
		}
		rest = rest[n:]
	}
	if len(rest) == 0 {
		o.buf = o.buf[:0]
		return nil
	}
	o.flying, o.flight = len(rest), rest
	o.buf, o.spare = o.spare[:0], o.buf
	return rest
}

// flushFirst is flush of no more than the first n bytes that wait, for an outlet
// that can only block.
func (o *outlet) flushFirst(n int) []byte {
	if o.flying > 0 || len(o.buf) <= n || o.err != nil {
		return o.flush()
	}
	o.flying, o.flight = n, o.buf[:n:n]
	o.buf = o.buf[n:]
	return o.flight
}

// landed takes the flusher's report. One that was only interrupted, or was
// refused a line, gives back what it has not written.
func (o *outlet) landed(n int, err error) {
	rest := o.flight[n:]
	o.flying, o.flight = 0, nil
	o.written += uint64(n)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, ptyio.ErrLineTooLong):
		o.buf = append(append([]byte(nil), rest...), o.buf...)
	case err != nil:
		o.fail(err)
	}
}

// remove takes n bytes, from the one that would be at from in the stream, out
// of what waits. None of them is with the flusher.
func (o *outlet) remove(from uint64, n int) {
	o.added -= uint64(n)
	if o.err != nil {
		return // given up already
	}
	begin := int(from - o.written - uint64(o.flying))
	o.buf = slices.Delete(o.buf, begin, begin+n)
}

// fail gives up what waits: the child will not read it.
func (o *outlet) fail(err error) {
	o.err = err
	o.buf = nil
}
