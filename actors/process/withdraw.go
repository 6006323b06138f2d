package process

import (
	"time"

	"brood/actors"
)

// withdraw gives up what the kernel has not taken of a Write. Of what a flusher
// holds nobody knows how much that is: it is made to land first.
func (c *child) withdraw(m *actors.Withdraw) {
	r := c.run
	for i := range r.writes {
		w := &r.writes[i]
		if w.write != m.Write || w.gaveUp != nil {
			continue
		}
		w.gaveUp = m.Err
		begin, landed := w.end-uint64(w.size), r.stdin.written+uint64(r.stdin.flying)
		if r.stdin.flying == 0 || begin >= landed {
			c.cutWrite(r, i)
			return
		}
		r.hurried = true
		if err := r.conn.SetWriteDeadline(time.Unix(1, 0)); err != nil {
			// Where a write cannot be interrupted, it is answered all the same;
			// its rest may still be written.
			c.answerWithdrawn(w, int(int64(r.stdin.written)-int64(begin)))
		}
		return
	}
}

// unhurry lets stdin be written again when a flusher was made to land, and
// gives up what it was made to land for.
func (c *child) unhurry(r *run) {
	if !r.hurried || r.stdin.flying > 0 {
		return
	}
	r.hurried = false
	_ = r.conn.SetWriteDeadline(time.Time{}) // an error says that it is closed
	for i := len(r.writes) - 1; i >= 0; i-- {
		if w := r.writes[i]; w.gaveUp != nil && w.end > r.stdin.written {
			c.cutWrite(r, i)
		}
	}
}

// cutWrite takes what was not written of the i-th write out of what waits, and
// answers it. No flusher holds any of it.
func (c *child) cutWrite(r *run, i int) {
	w := r.writes[i]
	begin := w.end - uint64(w.size)
	written := 0
	if r.stdin.written > begin {
		written = int(r.stdin.written - begin)
	}
	cut := w.size - written
	r.stdin.remove(begin+uint64(written), cut)
	c.answerWithdrawn(&r.writes[i], written)
	r.writes = append(r.writes[:i], r.writes[i+1:]...)
	for ; i < len(r.writes); i++ {
		r.writes[i].end -= uint64(cut)
	}
}

// answerWithdrawn answers a write with how far it came.
func (c *child) answerWithdrawn(w *pendingWrite, written int) {
	err := &actors.WriteError{Written: max(written, 0), Total: w.size, Err: w.gaveUp}
	w.reply.fail(c, w.write, err)
	w.reply = reply{}
}
