package worker

import (
	"io"
	"sync"

	"brood/actors/protocol"
)

const (
	// flushBytes is when answers are written although more tasks wait.
	flushBytes = 32 << 10
	// keepBytes is the largest buffer that is kept for the next answers.
	keepBytes = 1 << 20
)

// writer is the server's way out. Safe for concurrent use.
type writer struct {
	w           io.Writer
	encoder     protocol.Encoder
	incarnation uint32

	mu  sync.Mutex
	buf []byte // encoded and held back
	err error  // why nothing can be written any more
}

// send encodes a message and, if flush is set or much waits, writes all that
// waits.
func (w *writer) send(m *protocol.Message, flush bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	m.Incarnation = w.incarnation
	buf, err := w.encoder.Encode(w.buf, m)
	if err != nil {
		return err
	}
	w.buf = buf
	if flush || len(buf) >= flushBytes {
		return w.flushLocked()
	}
	return w.err
}

// flush writes all that waits.
func (w *writer) flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flushLocked()
}

func (w *writer) flushLocked() error {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.w.Write(w.buf)
		w.buf = w.buf[:0]
		if cap(w.buf) > keepBytes {
			w.buf = nil
		}
	}
	return w.err
}
