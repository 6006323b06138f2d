package runtime

import (
	"io"

	"brood/actors"
	"brood/actors/process"
)

// feedBytes is what a feeder reads at once.
const feedBytes = 32 << 10

// feeder is the state of the goroutine that reads RunSpec.StdinFrom. Its fields
// but done are behind runOnce.mu.
type feeder struct {
	reading bool // it is in the caller's Read, and nobody knows for how long
	over    bool // nothing is to be read any more
	err     error
	done    chan struct{} // closed at its end
}

// feed writes what StdinFrom has to the command, which it does not overtake.
func (r *runOnce) feed() {
	defer close(r.feeder.done)
	buf := make([]byte, feedBytes)
	written := make(chan error, 1)
	for r.mayRead(true) {
		n, err := r.spec.StdinFrom.Read(buf)
		r.mayRead(false)
		if n > 0 {
			r.send(&process.Do{Command: &actors.Write{Data: buf[:n]}, Done: written})
			if <-written != nil {
				return // it has closed its stdin, or ended
			}
		}
		if err != nil {
			r.mu.Lock()
			if err != io.EOF {
				r.feeder.err = err
			}
			r.mu.Unlock()
			r.send(&actors.CloseStdin{})
			return
		}
	}
}

// mayRead notes that the feeder is about to read, or has read, and reports
// whether it is to go on.
func (r *runOnce) mayRead(reading bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.feeder.reading = reading && !r.feeder.over
	return !r.feeder.over
}

// joinFeeder waits for the feeder, unless it is in the caller's code.
func (r *runOnce) joinFeeder() {
	r.mu.Lock()
	r.feeder.over = true
	reading := r.feeder.reading
	r.mu.Unlock()
	if !reading {
		<-r.feeder.done
	}
}
