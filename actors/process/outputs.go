package process

import (
	"brood/actors/health"
	"brood/ptyio"
)

// loosen lets the readers read on, whoever consumes.
func (r *run) loosen() {
	for _, o := range r.outputs {
		if o != nil {
			o.loosen()
		}
	}
}

// streams returns how many streams will report their end.
func (r *run) streams() (n int) {
	for _, out := range []ptyio.Output{r.conn.Stdout(), r.conn.Stderr()} {
		if out != nil {
			n++
		}
	}
	if r.wire != nil {
		n++
	}
	return n
}

// open sets up the outlets and starts the readers.
func (r *run) open() {
	r.stdin.w = r.conn
	r.openOutput(stdout, r.conn.Stdout())
	r.openOutput(stderr, r.conn.Stderr())
	for _, o := range r.outputs {
		if o != nil {
			r.goes(o.read)
		}
	}
	if w := r.wire; w != nil {
		w.open()
		r.goes(r.readWire)
	}
}

func (r *run) openOutput(stream Stream, out ptyio.Output) {
	if out == nil {
		return
	}
	o := &output{run: r, stream: stream, out: out}
	o.keep = stream == stderr || r.terminal() && r.conn.Stderr() == nil
	o.sink = o.newSink()
	if r.watch != nil {
		o.listen = r.watch.child.Listener(health.Stream(stream))
	}
	r.outputs[stream] = o
}

// terminal reports whether the child is on one, as far as can be told of a
// Transport of somebody else's.
func (r *run) terminal() bool {
	switch r.spec.Transport.(type) {
	case ptyio.Pipes, *ptyio.Pipes:
		return false
	case ptyio.PTY, *ptyio.PTY:
		return true
	}
	return r.conn.Stdout() != nil && r.conn.Stderr() == nil
}

// leftoverBytes is more than a pipe or terminal holds: so much output after
// the child's end can be its own, and beyond that it is somebody else's.
const leftoverBytes = 1 << 20

// outputMoves reports whether output is still being delivered: its consumer is
// at it, or some that can be the child's own has come since the last call.
func (r *run) outputMoves() bool {
	delivered := r.delivered.Load()
	moved := delivered != r.lastSeen
	r.lastSeen = delivered
	if r.consuming.Load() > 0 || moved && delivered-r.atExit < leftoverBytes {
		return true
	}
	for _, o := range r.outputs {
		if o != nil && o.credit != nil && r.spec.Overflow == Block && o.credit.exhausted() {
			return true
		}
	}
	return false
}
