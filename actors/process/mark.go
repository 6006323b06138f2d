package process

import (
	"time"

	"brood/actors/protocol"
)

// readMark reads what the child has marked; 0 if there is nothing to read.
func (w *wire) readMark() protocol.Mark {
	if w.mark == nil {
		return 0
	}
	var b [protocol.MarkBytes]byte
	n, _ := w.mark.ReadAt(b[:], 0) // what could not be read is a mark that is not known
	return protocol.ParseMark(b[:n])
}

// lookAtPace is how often the pace is read of a child that answers.
const lookAtPace = time.Millisecond

// readPace reads how long the child says that it works on a task, if it is time to
// look again.
func (w *wire) readPace(now time.Time) {
	if !w.marks || now.Sub(w.looked) < lookAtPace {
		return
	}
	var b [protocol.MarkBytes]byte
	n, _ := w.mark.ReadAt(b[:], 0)
	w.pace, w.looked = time.Duration(protocol.ParsePace(b[:n])), now
}

// keepMark reads the mark of a child that has ended with all its tree: it is the
// last word, and the file may be closed before it is asked for.
func (r *run) keepMark() {
	if r.wire != nil && r.wire.marks && len(r.exit.exit.Survivors) == 0 {
		r.wire.last = r.wire.readMark()
	}
}

// newestBegun returns the id of the newest call that the child has begun, if that
// is known. While the child lives it may begin others at any time.
func (c *child) newestBegun() (id uint64, known bool) {
	w := c.run.wire
	if !w.marks {
		return 0, false
	}
	mark := w.last
	if c.run.exit == nil {
		mark = w.readMark()
	}
	return mark.Newest(c.tasks.handled, c.tasks.lastID)
}

// mayHaveRun reports whether the child may have begun a call. While the child
// lives a no is not for long.
func (c *child) mayHaveRun(e *held) bool {
	// What a flusher holds may be on its way into the pipe.
	if out := &c.run.wire.out; e.end > out.written+uint64(out.flying) {
		return false
	}
	begun, known := c.newestBegun()
	return !known || e.id <= begun
}
