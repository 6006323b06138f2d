package process

import (
	"io"
	"os"
	"sync"
)

// Reader is our end of one of a child's outputs, for those who rather read it
// than be called: a stream over all incarnations that ends when its owner calls
// End. What the child prints waits in it, up to the window; above that the
// child is not read and in the end blocks, or output is dropped, as the Spec's
// Overflow says. What waits can still be read after the child's end.
//
// One goroutine at a time may read. Close can be called by any.
type Reader struct {
	window window

	reading sync.Mutex // of rest and memory
	rest    []byte     // of what was taken from the window
	memory  []byte     // of rest
}

var (
	_ io.ReadCloser = (*Reader)(nil)
	_ io.WriterTo   = (*Reader)(nil)
)

// NewReader returns a Reader, for one output of one Spec. A window of zero
// bytes means DefaultOutputWindowBytes.
func NewReader(windowBytes int) *Reader {
	if windowBytes <= 0 {
		windowBytes = DefaultOutputWindowBytes
	}
	r := &Reader{}
	r.window.init(windowBytes)
	return r
}

// Read waits until there is output. It returns io.EOF behind the last of it
// and os.ErrClosed after Close.
func (r *Reader) Read(p []byte) (int, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	if err := r.fill(); err != nil {
		return 0, err
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// WriteTo writes everything to w until the end of the stream, which is no error.
func (r *Reader) WriteTo(w io.Writer) (total int64, err error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	for {
		if err := r.fill(); err != nil {
			if err == io.EOF {
				err = nil
			}
			return total, err
		}
		n, err := w.Write(r.rest)
		total += int64(n)
		r.rest = r.rest[n:]
		if err != nil {
			return total, err
		}
	}
}

// fill makes sure that something is there to read.
func (r *Reader) fill() error {
	if len(r.rest) > 0 && !r.closed() {
		return nil
	}
	data, _, ok := r.window.take(r.memory)
	r.memory, r.rest = data, data
	switch {
	case ok:
		return nil
	case r.closed():
		return os.ErrClosed
	}
	return io.EOF
}

func (r *Reader) closed() bool {
	r.window.mu.Lock()
	defer r.window.mu.Unlock()
	return r.window.gone
}

// Close drops what was not read, also all that comes: the child is read on.
func (r *Reader) Close() error {
	r.window.leave()
	return nil
}

// End says that no more comes, from no incarnation: reads return io.EOF behind
// what waits.
func (r *Reader) End() { r.window.end() }
