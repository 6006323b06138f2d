package process

import "slices"

// A terminal refuses, as a whole, bytes with a line that it would cut. Writes that
// wait are written as one, of which one must not take the others with it.

// refused is told that the first n bytes that wait for stdin were. A Write by
// itself is given up; several are tried again, one by one.
func (c *child) refused(r *run, n int, err error) {
	i, end := r.firstWrite(), r.stdin.written+uint64(n)
	if r.writes[i].end < end {
		r.single = end
		return
	}
	if w := &r.writes[i]; w.gaveUp == nil { // else that was the sender
		w.gaveUp = err
	}
	c.cutWrite(r, i)
}

// firstWrite returns the index of the oldest Write that waits.
func (r *run) firstWrite() int {
	return slices.IndexFunc(r.writes, func(w pendingWrite) bool { return w.end > r.stdin.written })
}

// atOnce returns how many of the bytes that wait for stdin are to be written at
// once.
func (r *run) atOnce() int {
	if len(r.stdin.buf) == 0 || r.stdin.written >= r.single {
		return len(r.stdin.buf)
	}
	return int(r.writes[r.firstWrite()].end - r.stdin.written)
}
