package runtime

// outcome is what became of one request of a Map.
type outcome[Resp any] struct {
	resp Resp
	err  error
}

// reorder holds what became of requests until it can be given out: in the order
// of the requests, or in that in which it came.
type reorder[Resp any] struct {
	asCompleted bool
	ring        []outcome[Resp]
	there       []bool
	given       int // ever
	came        int // ever
}

func newReorder[Resp any](window int, asCompleted bool) *reorder[Resp] {
	return &reorder[Resp]{asCompleted: asCompleted, ring: make([]outcome[Resp], window), there: make([]bool, window)}
}

// window is how many requests may be held.
func (r *reorder[Resp]) window() int { return len(r.ring) }

// held is how many of all requests have not been given out.
func (r *reorder[Resp]) held(requests int) int { return requests - r.given }

// put takes what became of the request with this index.
func (r *reorder[Resp]) put(index int, o outcome[Resp]) {
	if r.asCompleted {
		index = r.came
	}
	r.came++
	i := index % len(r.ring)
	r.ring[i], r.there[i] = o, true
}

// any reports whether there is something to give out.
func (r *reorder[Resp]) any() bool { return r.there[r.given%len(r.ring)] }

// pop gives out the next one.
func (r *reorder[Resp]) pop() (o outcome[Resp], ok bool) {
	i := r.given % len(r.ring)
	if !r.there[i] {
		return o, false
	}
	o, r.ring[i], r.there[i] = r.ring[i], o, false
	r.given++
	return o, true
}
