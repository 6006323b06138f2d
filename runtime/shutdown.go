package runtime

import (
	"context"
	"fmt"
	"sync"
	"time"
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
// call waits for the same end, and the first ctx is the one that counts.
func (rt *Runtime) Shutdown(ctx context.Context) error {
	rt.mu.Lock()
	first := !rt.isStopping()
	if first {
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
	rt.err = rt.shutdown(ctx)
	close(rt.stopped)
	return rt.err
}

func (rt *Runtime) shutdown(ctx context.Context) error {
	drain, stop, cancel := rt.phases(ctx)
	defer cancel()
	rt.mu.Lock()
	services := append([]service(nil), rt.services...)
	rt.mu.Unlock()
	faults := drainAll(drain, services)
	for i := len(services) - 1; i >= 0; i-- {
		faults = append(faults, services[i].stop(stop))
	}
	return joinFaults("shutdown", append(faults, rt.end())...)
}

// phases splits the time that is left: drain ends first, then stop, and what
// remains is for kills to work. Both also end when the Runtime is told to kill.
func (rt *Runtime) phases(ctx context.Context) (drain, stop context.Context, cancel func()) {
	stop, cancelStop := context.WithCancel(ctx)
	drain, cancelDrain := context.WithCancel(stop)
	release := context.AfterFunc(rt.urgent, cancelStop)
	timers := func() {}
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		forKills := min(left/4, time.Second)
		t1 := time.AfterFunc((left-forKills)*2/3, cancelDrain)
		t2 := time.AfterFunc(left-forKills, cancelStop)
		timers = func() { t1.Stop(); t2.Stop() }
	}
	return drain, stop, func() {
		release()
		timers()
		cancelDrain()
		cancelStop()
	}
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
func (rt *Runtime) end() error {
	rt.system.Root.Stop(rt.root)
	<-rt.rootEnded
	rt.kill() // releases the context
	done := make(chan struct{})
	go func() {
		rt.goroutines.Wait()
		close(done)
	}()
	patience := time.NewTimer(killTime)
	defer patience.Stop()
	select {
	case <-done:
		return nil
	case <-patience.C:
		return fmt.Errorf("runtime: goroutines: %w", ErrLeftBehind)
	}
}

// Kill is Shutdown without any grace: what waits is refused, and children are
// killed. A Shutdown that is under way becomes urgent.
func (rt *Runtime) Kill() error {
	rt.kill()
	return rt.Shutdown(context.Background())
}
