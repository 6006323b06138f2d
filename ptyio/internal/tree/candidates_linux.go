package tree

import "time"

// forksPerSecond is more than any machine makes. Process ids are given out in
// turn, under one lock; in the time that this many forks per second take to go
// through all ids, none comes a second time.
const forksPerSecond = 1_000_000

// recent reports whether all processes that were started since have ids between
// the one given out then and the one given out last.
func recent(since time.Time, maxPID int) bool {
	return time.Since(since) < time.Duration(maxPID)*time.Second/forksPerSecond
}

// candidates returns the ids that descendants of a batch's children can have if this
// one was given out last: those after the first of the children's. all: any id.
func candidates(batch []*sweep, last, maxPID int) (pids []int, all bool) {
	first := oldest(batch, last, maxPID)
	if first == 0 {
		return nil, true
	}
	return between(first, last, maxPID), false
}

// oldest returns the id of the child that got its id first, 0 if one was not
// started recently. What is older is told by how long ago an id was given out:
// the order of starts is not that of forks.
func oldest(batch []*sweep, last, maxPID int) int {
	first, age := 0, -1
	for _, s := range batch {
		if !s.recent {
			return 0
		}
		if a := (last - s.pid + maxPID) % maxPID; a > age {
			first, age = s.pid, a
		}
	}
	return first
}

// between returns the ids that are given out after from, up to to; after the
// highest one they begin anew.
func between(from, to, maxPID int) []int {
	var ids []int
	if to < from {
		for pid := from + 1; pid <= maxPID; pid++ {
			ids = append(ids, pid)
		}
		from = 0
	}
	for pid := from + 1; pid <= to; pid++ {
		ids = append(ids, pid)
	}
	return ids
}
