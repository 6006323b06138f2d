package runtime

import (
	"errors"
	"io"

	"brood/actors"
	"brood/actors/process"
)

// feedBytes is what a feeder reads at once.
const feedBytes = 32 << 10

// feeder is the state of a command's input, and of the goroutine that reads
// RunSpec.StdinFrom. Its fields but the channels are behind runOnce.mu.
type feeder struct {
	reading bool          // it is in the caller's Read, and nobody knows for how long
	over    bool          // nothing is to be read any more
	err     error         // why the command did not get all that it would have taken
	written chan error    // answers to what is written, one at a time
	done    chan struct{} // closed at the goroutine's end
}

// giveInput begins to give the command its input, behind which its stdin is
// closed. joinInput must be called after it.
func (r *runOnce) giveInput() {
	if r.spec.StdinFrom != nil {
		go r.feed()
		return
	}
	if len(r.spec.Stdin) > 0 {
		r.write(r.spec.Stdin)
	}
	r.send(&actors.CloseStdin{})
}

// joinInput waits until it is known whether the command got its input, but not for
// the caller's code. The command has ended.
func (r *runOnce) joinInput() {
	if r.spec.StdinFrom != nil {
		r.joinFeeder()
	} else if len(r.spec.Stdin) > 0 {
		r.written()
	}
}

func (r *runOnce) write(data []byte) {
	r.send(&process.Do{Command: &actors.Write{Data: data}, Done: r.feeder.written})
}

// written waits for the answer to a write and reports whether all was written.
// That the command has closed its stdin, or ended, is its own affair.
func (r *runOnce) written() bool {
	select {
	case err := <-r.feeder.written:
		if err != nil && !errors.Is(err, actors.ErrStdinClosed) && !errors.Is(err, actors.ErrNotRunning) {
			r.inputFailed(err)
		}
		return err == nil
	case <-r.rt.rootEnded: // nobody answers
		return false
	}
}

func (r *runOnce) inputFailed(err error) {
	r.mu.Lock()
	r.feeder.err = err
	r.mu.Unlock()
}

// feed writes what StdinFrom has to the command, which it does not overtake.
func (r *runOnce) feed() {
	defer close(r.feeder.done)
	buf := make([]byte, feedBytes)
	for r.mayRead(true) {
		n, err := r.spec.StdinFrom.Read(buf)
		if !r.mayRead(false) {
			return // nobody waits any more
		}
		if n > 0 {
			if r.write(buf[:n]); !r.written() {
				break
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			r.inputFailed(err)
			break
		}
	}
	r.send(&actors.CloseStdin{})
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
