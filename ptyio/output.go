package ptyio

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// output is our end of a stream that a child writes: of a pipe, or the master
// of its terminal. A nil *output is a stream that goes elsewhere.
type output struct {
	file *os.File
	name string
	receiver
}

var _ Output = (*output)(nil)

func newOutput(file *os.File, of Command) *output {
	if file == nil {
		return nil
	}
	return &output{file: file, name: of.Name()}
}

// orNil returns an Output that is nil if o is.
func (o *output) orNil() Output {
	if o == nil {
		return nil
	}
	return o
}

func (o *output) close() {
	if o != nil {
		closeAll(o.file)
	}
}

// Read takes EIO for the end: that is how Linux says that no process holds the
// terminal any more. What was printed before is read before.
func (o *output) Read(p []byte) (int, error) {
	n, err := o.file.Read(p)
	return n, opError("read from", o.name, endOfOutput(err))
}

func (o *output) SetReadDeadline(t time.Time) error {
	return opError("set read deadline of", o.name, o.file.SetReadDeadline(t))
}

func (o *output) Receive(limit int, f func(data []byte)) error {
	if limit < 1 {
		return opError("read from", o.name, errInvalid)
	}
	buf, n, err := o.receive(o.file, min(limit, receiveBytes))
	if n > 0 {
		f(buf[:n])
	}
	if buf != nil {
		buffers.Put(buf)
	}
	return opError("read from", o.name, endOfOutput(err))
}

func endOfOutput(err error) error {
	if errors.Is(err, syscall.EIO) {
		return io.EOF
	}
	return err
}

// receiveBytes is the most that one Receive delivers: what a pipe holds at
// first. Larger buffers were measured not to be faster, with larger pipes
// neither.
const receiveBytes = 64 << 10

// buffers are those of Receive: as many as deliver at a time, not as wait.
var buffers = sync.Pool{New: func() any { return new([receiveBytes]byte) }}
