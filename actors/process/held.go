package process

// held is a call that the child has and has not answered.
type held struct {
	id uint64
	// call is nil for one that was answered early: it is held until the
	// child answers too.
	call *Call
	// gaveUp is what the call will be answered with: it was cancelled, and the
	// child may still tell that it had not begun it.
	gaveUp error
	size   int    // of its frame
	end    uint64 // where the frame ends in the stream of the wire
	asked  bool   // the child may give it back: it was cancelled or revoked
	gone   bool   // a hole: it was answered before an older one
}

// holding are the calls of a child in the order in which it got them, which is
// the order of their ids. The zero value holds nothing.
//
// It is a ring. A child that answers in order keeps it free of holes, and then a
// call is where its id says; otherwise it is searched for, and holes are squeezed
// out before they are more than what is held.
type holding struct {
	ring  []held // its length is a power of two
	first int    // index of the oldest, which is no hole
	used  int    // entries from first, holes included
	holes int
}

// len is how many calls are held.
func (h *holding) len() int { return h.used - h.holes }

// at is the i-th entry from the oldest.
func (h *holding) at(i int) *held { return &h.ring[(h.first+i)&(len(h.ring)-1)] }

// head is the oldest call, or nil. The pointer is good until the next add or
// remove, as of all methods.
func (h *holding) head() *held {
	if h.used == 0 {
		return nil
	}
	return h.at(0)
}

// add takes a call that is newer than all others.
func (h *holding) add(entry held) {
	if h.used == len(h.ring) {
		h.grow()
	}
	h.used++
	*h.at(h.used - 1) = entry
}

func (h *holding) grow() {
	bigger := make([]held, max(4, 2*len(h.ring)))
	for i := range h.used {
		bigger[i] = *h.at(i)
	}
	h.ring, h.first = bigger, 0
}

// find returns the call with this id, or nil.
func (h *holding) find(id uint64) *held {
	i := h.search(id)
	if i >= h.used {
		return nil
	}
	if e := h.at(i); e.id == id && !e.gone {
		return e
	}
	return nil
}

// search returns the first entry whose id is not less than id.
func (h *holding) search(id uint64) int {
	if h.used == 0 || id <= h.at(0).id {
		return 0
	}
	// Without gaps it is where its id says.
	if i := id - h.at(0).id; i < uint64(h.used) && h.at(int(i)).id == id {
		return int(i)
	}
	low, high := 1, h.used
	for low < high {
		middle := int(uint(low+high) / 2)
		if h.at(middle).id < id {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// remove takes a held call out.
func (h *holding) remove(e *held) {
	*e = held{id: e.id, gone: true}
	h.holes++
	for h.used > 0 && h.at(0).gone {
		h.first, h.used, h.holes = h.first+1, h.used-1, h.holes-1
	}
	for h.used > 0 && h.at(h.used-1).gone {
		h.used, h.holes = h.used-1, h.holes-1
	}
	h.first &= len(h.ring) - 1
	if h.holes > h.len() {
		h.squeeze()
	}
}

// squeeze takes all holes out.
func (h *holding) squeeze() {
	kept := 0
	for i := range h.used {
		if e := h.at(i); !e.gone {
			*h.at(kept) = *e
			kept++
		}
	}
	for i := kept; i < h.used; i++ {
		*h.at(i) = held{}
	}
	h.used, h.holes = kept, 0
}

// all calls f with each held call, the oldest first, until it returns false.
func (h *holding) all(f func(*held) bool) {
	for i := range h.used {
		if e := h.at(i); !e.gone && !f(e) {
			return
		}
	}
}

// youngest calls f with each held call, the youngest first, until it returns
// false.
func (h *holding) youngest(f func(*held) bool) {
	for i := h.used - 1; i >= 0; i-- {
		if e := h.at(i); !e.gone && !f(e) {
			return
		}
	}
}

// of returns where a call is held, or nil.
func (h *holding) of(call *Call) *held {
	for i := range h.used {
		if e := h.at(i); e.call == call {
			return e
		}
	}
	return nil
}
