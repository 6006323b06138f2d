package health

// RingSize is how many samples a Ring keeps.
const RingSize = 60

// Ring keeps the last samples of one child, over its incarnations. The zero
// value is empty, and takes no memory for samples. Not safe for concurrent use.
type Ring struct {
	samples []Sample
	next    int // where the next one goes when it is full
}

// Add keeps a sample, in place of the oldest when the ring is full.
func (r *Ring) Add(s Sample) {
	if len(r.samples) < RingSize {
		r.samples = append(r.samples, s)
		return
	}
	r.samples[r.next] = s
	r.next = (r.next + 1) % RingSize
}

// Samples returns a copy of what is kept, oldest first.
func (r *Ring) Samples() []Sample {
	all := make([]Sample, 0, len(r.samples))
	return append(append(all, r.samples[r.next:]...), r.samples[:r.next]...)
}

// Last returns the newest sample, if there is one.
func (r *Ring) Last() (Sample, bool) {
	if len(r.samples) == 0 {
		return Sample{}, false
	}
	return r.back(0), true
}

// back returns the sample that is n before the newest.
func (r *Ring) back(n int) Sample {
	return r.samples[(r.next-1-n+2*len(r.samples))%len(r.samples)]
}
