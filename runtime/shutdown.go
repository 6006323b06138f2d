package runtime

import (
	"context"
	"fmt"
	"sync"
	"time"

	"brood/ptyio"
)

// Shutdown ends the Runtime and everything in it: it accepts nothing any more,
// lets tasks and commands that were accepted finish, stops all children in the
// reverse order of their start, and waits until nothing of them is left. The
// time until ctx's deadline is shared: at most two thirds of it for what has to
// finish, then the children get their graces, and shortly before the end what
// is left is killed. Without a deadline each step takes its time.
//
// The error lists everything that did not go as it should: tasks that were not
// done, children that survived. Shutdown can be called more than once; each
// call waits for the same end, and the first ctx is the one that counts. Report
// then tells the whole story.
func (rt *Runtime) Shutdown(ctx context.Context) error {
	rt.mu.Lock()
	first := !rt.isStopping()
	if first {
		rt.reporting.begin()
		close(rt.stopping)
	}
	rt.mu.Unlock()
	if !first {
		select {
		case <-rt.stopped:
			return rt.err
		case <-ctx.Done():
			return fmt.Errorf("runtime: shutdown: %w", context.Cause(ctx))
		}
	}
	notifyStopping()
	rt.err = rt.shutdown(ctx)
	rt.reporting.over()
	close(rt.stopped)
	return rt.err
}

func (rt *Runtime) shutdown(ctx context.Context) error {
	t := rt.phases(ctx)
	defer t.end()
	rt.mu.Lock()
	services := append([]service(nil), rt.services...)
	rt.mu.Unlock()
	faults := drainAll(t.drain, services)
	rt.reporting.drained()
	// When there is no time for graces any more, there is none for one after
	// the other.
	release := context.AfterFunc(t.stop, func() {
		for _, s := range services {
			s.urge()
		}
	})
	for i := len(services) - 1; i >= 0; i-- {
		began, err := time.Now(), services[i].stop(t.stop, t.last)
		rt.reporting.service(ServiceEnd{Name: services[i].title(), Took: time.Since(began), Err: err})
		faults = append(faults, err)
	}
	release() // nobody is there any more to be urged when the end below kills
	return joinFaults("shutdown", append(faults, rt.end(t.last))...)
}

// phases are the parts of a shutdown's time. Each is over when its context is
// done, one after the other.
type phases struct {
	drain, stop, last context.Context
	end               func()
}

// lateKills is how long kills may take to work when there is no deadline, or
// it is over already.
const lateKills = time.Second

// phases splits the time that is left: drain ends first, then stop, and what
// remains is for kills to work. Drain and stop also end when the Runtime is
// told to kill.
func (rt *Runtime) phases(ctx context.Context) phases {
	last, cancelLast := context.WithCancel(context.Background())
	stop, cancelStop := context.WithCancel(ctx)
	drain, cancelDrain := context.WithCancel(stop)
	releaseUrgent := context.AfterFunc(rt.urgent, cancelStop)
	var timers []*time.Timer
	deadline, ok := ctx.Deadline()
	if left := time.Until(deadline); ok && left > 0 {
		forKills := min(left/4, time.Second)
		timers = append(timers,
			time.AfterFunc((left-forKills)*2/3, cancelDrain),
			time.AfterFunc(left-forKills, cancelStop),
			time.AfterFunc(left, cancelLast))
	}
	late := time.AfterFunc(time.Hour, cancelLast)
	late.Stop()
	releaseLate := context.AfterFunc(ctx, func() { late.Reset(lateKills) })
	return phases{drain: drain, stop: stop, last: last, end: func() {
		releaseUrgent()
		releaseLate()
		for _, timer := range append(timers, late) {
			timer.Stop()
		}
		cancelDrain()
		cancelStop()
		cancelLast()
	}}
}

// drainAll lets all services finish what they have, side by side.
func drainAll(ctx context.Context, services []service) (faults []error) {
	faults = make([]error, len(services))
	var wg sync.WaitGroup
	for i, s := range services {
		wg.Go(func() { faults[i] = s.drain(ctx) })
	}
	wg.Wait()
	return faults
}

// end lets go of what is left when no child is: the root actor and the
// children's goroutines.
func (rt *Runtime) end(last context.Context) error {
	defer ptyio.Rest()
	rt.sampler.stop()
	rt.system.Root.Stop(rt.root)
	rt.kill() // releases the context
	done := make(chan struct{})
	go func() {
		<-rt.rootEnded
		rt.goroutines.Wait()
		close(done)
	}()
	patience := time.NewTimer(killTime)
	defer patience.Stop()
	select {
	case <-done:
		return nil
	case <-patience.C:
	case <-last.Done():
		select {
		case <-done: // that was just in time
			return nil
		default:
		}
	}
	return fmt.Errorf("runtime: actors or goroutines: %w", ErrLeftBehind)
}

// Kill is Shutdown without any grace: what waits is refused, and children are
// killed. A Shutdown that is under way becomes urgent.
func (rt *Runtime) Kill() error {
	rt.kill()
	return rt.Shutdown(context.Background())
}
