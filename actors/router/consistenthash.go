package router

// DefaultSpill is ConsistentHash's.
const DefaultSpill = 25

// ConsistentHash gives tasks with the same Key to the same member, for as long
// as it is there and not overloaded. When one of n members leaves, only its keys
// move; when one joins, only those move that become its own, on average 1/n of
// all.
//
// Bounded load (Mirrokni, Thorup and Zadimoghaddam: Consistent Hashing with
// Bounded Loads): a member that has more than its share and SpillPercent of all
// tasks under way gets no more; the task goes to the next in the key's own order
// of the members. That order comes from a score of each key and member, the
// highest first (rendezvous hashing): it needs no ring and no state, and a pick
// looks at each member once.
type ConsistentHash struct {
	// SpillPercent is how much more than the average a member may have. Zero means
	// 25. Less is more even, more is more faithful to the key.
	SpillPercent int
}

var _ Policy = ConsistentHash{}

// Pick returns the member with the highest score for the key among those below
// the bound. The average is rounded up, so that there is always one.
func (h ConsistentHash) Pick(c *Choice) int {
	bound, key := h.bound(c.Members), hash(c.Key)
	best, highest := -1, uint64(0)
	for i := range c.Members {
		m := &c.Members[i]
		if m.Load >= bound {
			continue
		}
		if s := mix(key ^ m.score()); best < 0 || s > highest {
			best, highest = i, s
		}
	}
	return best
}

// score is the hash of the name, also of a Candidate that no router made.
func (c *Candidate) score() uint64 {
	if c.hash == 0 {
		return hash(c.Name)
	}
	return c.hash
}

// bound is how many tasks a member may have, this one included.
func (h ConsistentHash) bound(members []Candidate) int {
	total := 1
	for i := range members {
		total += members[i].Load
	}
	spill := h.SpillPercent
	if spill == 0 {
		spill = DefaultSpill
	}
	all := 100 * len(members)
	spill = min(spill, all) // so much that one may have all; more could overflow
	return (total*(100+spill) + all - 1) / all
}

func (h ConsistentHash) faults() []string {
	if h.SpillPercent < 0 {
		return []string{"ConsistentHash.SpillPercent is negative"}
	}
	return nil
}

// hash is FNV-1a. It is the same in every run of the program, so that keys stay
// with members of the same name.
func hash(text string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}

// mix spreads every bit of x over all (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
