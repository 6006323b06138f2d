package pool

import "brood/actors/process"

// line holds calls in the order of their acceptance. It links the calls
// themselves, so that none needs memory of its own.
type line struct {
	priority   int // of all calls in it
	head, tail *process.Call
	at         int // in its lane's lines
	low        int // in its lane's lowest
}

func (l *line) empty() bool { return l.head == nil }

// insert puts a call behind those that were accepted before it. A new call
// belongs at the end; one that comes back belongs near the front, behind at
// most those that came back as well.
func (l *line) insert(call *process.Call) {
	if l.tail == nil || l.tail.Pool.Seq < call.Pool.Seq {
		l.link(l.tail, call, nil)
		return
	}
	next := l.head
	for next.Pool.Seq < call.Pool.Seq {
		next = next.Pool.Next
	}
	l.link(next.Pool.Prev, call, next)
}

func (l *line) link(prev, call, next *process.Call) {
	call.Pool.Prev, call.Pool.Next = prev, next
	if prev == nil {
		l.head = call
	} else {
		prev.Pool.Next = call
	}
	if next == nil {
		l.tail = call
	} else {
		next.Pool.Prev = call
	}
}

func (l *line) remove(call *process.Call) {
	note := &call.Pool
	if note.Prev == nil {
		l.head = note.Next
	} else {
		note.Prev.Pool.Next = note.Next
	}
	if note.Next == nil {
		l.tail = note.Prev
	} else {
		note.Next.Pool.Prev = note.Prev
	}
	note.Prev, note.Next = nil, nil
}

// earlier reports whether a goes before b: by rank, and among equals by age.
func earlier(a, b *process.Call) bool {
	if a.Pool.Rank != b.Pool.Rank {
		return a.Pool.Rank < b.Pool.Rank
	}
	return a.Pool.Seq < b.Pool.Seq
}

// byHead orders lines by who is first in them.
type byHead struct{}

var _ ordering[*line] = byHead{}

func (byHead) before(a, b *line) bool { return earlier(a.head, b.head) }
func (byHead) place(l *line, at int)  { l.at = at }

// byPriority orders lines from the least important one.
type byPriority struct{}

var _ ordering[*line] = byPriority{}

func (byPriority) before(a, b *line) bool { return a.priority < b.priority }
func (byPriority) place(l *line, at int)  { l.low = at }
