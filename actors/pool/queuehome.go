package pool

import (
	"hash/maphash"

	"brood/actors/process"
)

// homeRows is how many rows the table of homes has: many more than a pool has
// members, so that keys spread evenly, and few enough that it is small.
const homeRows = 4096

// homes remembers which member the tasks of a key go to. A key has a row, by its
// hash, and shares it with others: so however many keys there are, none is
// forgotten.
type homes struct {
	seed maphash.Seed
	rows [homeRows]*bench
	live []*bench
}

func newHomes() *homes { return &homes{seed: maphash.MakeSeed()} }

func (h *homes) row(key string) int { return int(maphash.String(h.seed, key) % homeRows) }

// of is the bench at which the keys of a row wait; nil if they have no home.
func (h *homes) of(row int) *bench {
	if b := h.rows[row]; b != nil && !b.over {
		return b
	}
	return nil
}

// settle makes a member the home of a row's keys.
func (h *homes) settle(row, member int, incarnation uint32) {
	b := h.at(member)
	if b == nil {
		b = &bench{member: member, incarnation: incarnation}
		h.live = append(h.live, b)
	}
	b.rows++
	h.rows[row] = b
}

// at is a member's bench, if it has one.
func (h *homes) at(member int) *bench {
	for _, b := range h.live {
		if b.member == member {
			return b
		}
	}
	return nil
}

// sweep gives up the homes at members that are not there any more, and seats
// the lanes that waited for them.
func (k *keys) sweep(there func(member int, incarnation uint32) bool) {
	h := k.homes
	for i := 0; i < len(h.live); {
		b := h.live[i]
		if there(b.member, b.incarnation) {
			i++
			continue
		}
		b.over = true
		last := len(h.live) - 1
		h.live[i], h.live[last] = h.live[last], nil
		h.live = h.live[:last]
		for len(b.items) > 0 {
			k.seat(b.items[0])
		}
	}
}

// homeless is the lane that is next of those whose keys have no home. Those that
// share the row of one that has found a home are sent there.
func (k *keys) homeless() *lane {
	for {
		l := k.any.top()
		if l == nil || k.homes.of(l.home) == nil {
			return l
		}
		k.seat(l)
	}
}

// nextAtHome is the next call whose member has room, and that member;
// freest is one for those that have no home yet.
func (s *scheduler) nextAtHome(freest int) (call *process.Call, to int) {
	k := &s.keys
	k.sweep(s.isThere)
	first := k.homeless()
	for _, b := range k.homes.live {
		if l := b.top(); l != nil && s.hasRoom(b.member) && (first == nil || k.any.order.before(l, first)) {
			first = l
		}
	}
	switch {
	case first == nil:
		return nil, queued
	case first.bench == &k.any:
		to = s.leastSettled(freest)
		k.homes.settle(first.home, to, s.members[to].incarnation)
	default:
		to = first.bench.member
	}
	return first.head(), to
}

// leastSettled is, of the members that hold as few as freest, the one that is
// home to the fewest.
func (s *scheduler) leastSettled(freest int) int {
	to, least := freest, s.keys.homes.settled(freest)
	for i := freest + 1; i < len(s.members); i++ {
		if s.hasRoom(i) && s.members[i].held == s.members[freest].held {
			if n := s.keys.homes.settled(i); n < least {
				to, least = i, n
			}
		}
	}
	return to
}

// settled counts the rows of which a member is the home.
func (h *homes) settled(member int) int {
	if b := h.at(member); b != nil {
		return b.rows
	}
	return 0
}

// isThere reports whether a member's incarnation still takes calls.
func (s *scheduler) isThere(member int, incarnation uint32) bool {
	m := &s.members[member]
	return m.ready && m.incarnation == incarnation
}
