package pool

import "brood/actors/process"

// fewLines is up to how many lines of a lane are looked through for a priority;
// of more there is a table.
const fewLines = 8

// lane holds the calls of one key, or of all: a line for each priority that
// waits.
type lane struct {
	key     string
	lines   heap[*line, byHead]
	lowest  heap[*line, byPriority] // of the same lines, if anything is to be pushed out
	table   map[int]*line           // by priority, if there are many
	spare   []*line                 // a few, for the next priorities
	queued  int
	running int // calls of the key that members hold, if there is a limit
	turn    uint64
	first   place  // that the lane has among others
	bench   *bench // that it waits on; nil: none
	at      int    // on its bench
	long    int    // among the longest
	home    int    // the key's row in the table of homes
}

// place is what lanes are ordered by.
type place struct {
	rank int64
	seq  uint64
}

func (l *lane) head() *process.Call { return l.lines.items[0].head }

// lineOf returns the line of a priority, if there is one.
func (l *lane) lineOf(priority int) *line {
	if l.table != nil {
		return l.table[priority]
	}
	for _, line := range l.lines.items {
		if line.priority == priority {
			return line
		}
	}
	return nil
}

// push adds a call. A lane without calls keeps its last line, empty, so that a
// lane with one priority at a time needs no other.
func (l *lane) push(call *process.Call, evicts bool) {
	priority := call.Task.Priority
	into := l.lineOf(priority)
	switch {
	case into == nil && l.queued == 0 && len(l.lines.items) == 1:
		into = l.lines.items[0]
		into.priority = priority
		fallthrough
	case into != nil:
		into.insert(call)
		if into.head == call {
			l.lines.fix(into.at)
		}
	default:
		l.add(call, evicts)
	}
	l.queued++
}

// add begins a line.
func (l *lane) add(call *process.Call, evicts bool) {
	var into *line
	if n := len(l.spare); n > 0 {
		into, l.spare = l.spare[n-1], l.spare[:n-1]
	} else {
		into = new(line)
	}
	into.priority = call.Task.Priority
	into.insert(call)
	l.lines.push(into)
	if evicts {
		l.lowest.push(into)
	}
	switch {
	case l.table != nil:
		l.table[into.priority] = into
	case len(l.lines.items) > fewLines:
		l.table = make(map[int]*line, 2*fewLines)
		for _, line := range l.lines.items {
			l.table[line.priority] = line
		}
	}
}

func (l *lane) remove(call *process.Call, evicts bool) {
	from := l.lineOf(call.Task.Priority)
	first := from.head == call
	from.remove(call)
	l.queued--
	switch {
	case from.empty() && len(l.lines.items) > 1:
		l.lines.remove(from.at)
		if evicts {
			l.lowest.remove(from.low)
		}
		l.forget(from)
	case first && !from.empty():
		l.lines.fix(from.at)
	}
}

// forget takes a line out of the table, and gives the table up when there is
// one line left, which may change its priority.
func (l *lane) forget(from *line) {
	delete(l.table, from.priority)
	if len(l.spare) < fewLines {
		l.spare = append(l.spare, from)
	}
	if len(l.lines.items) == 1 {
		l.table = nil
	}
}

// each yields the lane's calls, in no order.
func (l *lane) each(yield func(*process.Call) bool) bool {
	for _, line := range l.lines.items {
		for call := line.head; call != nil; call = call.Pool.Next {
			if !yield(call) {
				return false
			}
		}
	}
	return true
}

// least is the oldest call of the lowest priority.
func (l *lane) least() *process.Call { return l.lowest.items[0].head }

// byTurn orders the lanes of a bench by whose turn it is.
type byTurn struct{}

var _ ordering[*lane] = byTurn{}

func (byTurn) before(a, b *lane) bool {
	if a.first.rank != b.first.rank {
		return a.first.rank < b.first.rank
	}
	return a.first.seq < b.first.seq
}
func (byTurn) place(l *lane, at int) { l.at = at }

// byLength orders lanes from the one with the most calls.
type byLength struct{}

var _ ordering[*lane] = byLength{}

func (byLength) before(a, b *lane) bool { return a.queued > b.queued }
func (byLength) place(l *lane, at int)  { l.long = at }
