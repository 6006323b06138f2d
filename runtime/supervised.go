package runtime

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/supervisor"
	"brood/ptyio"
)

// killTime bounds how long a killed child may take to be gone: what the
// process actor waits for a kill to work and for the outputs to end, and some.
const killTime = 12 * time.Second

// supervised is the part of a handle that knows the supervisor above the
// handle's children.
type supervised struct {
	rt       *Runtime
	name     string
	service  service       // the handle itself
	owner    *Supervisor   // the tree that it is in; nil: it has a supervisor of its own
	path     string        // where it is in the tree
	launched chan struct{} // closed when pid is set, or never will be
	ended    chan struct{} // closed when nothing of it is left

	mu  sync.Mutex
	pid *actor.PID // the supervisor
	err error      // why it ended, if nobody asked it to
	// finished says that no child is left for the supervisor to watch.
	finished bool
}

func newSupervised(rt *Runtime, name string) supervised {
	return supervised{rt: rt, name: name, launched: make(chan struct{}), ended: make(chan struct{})}
}

// launch enters the handle into the order of shutdown and spawns its
// supervisor, unless the spec has faults.
func (s *supervised) launch(kind string, spec supervisor.Spec, faults error) error {
	spec.Starts = s.rt.starts
	props, err := supervisor.Props(spec)
	if err := joinFaults("start "+s.name, faults, err); err != nil {
		return err
	}
	if err := s.rt.admit(s.service); err != nil {
		return err
	}
	defer close(s.launched)
	pid, err := s.rt.spawn(props, s.rt.name(kind, s.name))
	if err != nil {
		s.rt.dismiss(s.service)
		close(s.ended)
		return err
	}
	s.mu.Lock()
	s.pid = pid
	finished := s.finished
	s.mu.Unlock()
	if finished {
		s.sendHome(pid)
	}
	return nil
}

// finish ends a supervisor whose only child has ended for good. It may be
// called before launch knows the PID; then launch sends it home.
func (s *supervised) finish() {
	s.mu.Lock()
	s.finished = true
	pid := s.pid
	s.mu.Unlock()
	if pid != nil {
		s.sendHome(pid)
	}
}

func (s *supervised) sendHome(pid *actor.PID) { s.rt.system.Root.Send(pid, &actors.Stop{}) }

// observe takes the supervisor's own end.
func (s *supervised) observe(event supervisor.Event) {
	switch m := event.(type) {
	case supervisor.GaveUp:
		s.fail(m.Err)
	case supervisor.Ended:
		s.fail(m.Err)
		s.rt.dismiss(s.service)
		s.over()
	}
}

// over says that nothing is left.
func (s *supervised) over() {
	s.mu.Lock()
	defer s.mu.Unlock()
	closeOnce(s.ended)
}

// fail keeps the first error.
func (s *supervised) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

func (s *supervised) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *supervised) title() string { return s.name }

// Stop ends the children and waits until nothing of them runs: they are asked
// to end, and killed when their grace is over or ctx is done, whichever comes
// first. It can be called in any state and more than once. The error matches
// ErrLeftBehind if something survived; a *SurvivedError in it tells what. In a
// tree it is Supervisor.StopChild.
func (s *supervised) Stop(ctx context.Context) error {
	if s.owner != nil {
		return s.owner.StopChild(ctx, s.path)
	}
	return s.stop(ctx, context.Background())
}

func (s *supervised) stop(ctx, last context.Context) error {
	<-s.launched
	if err := endWithin(ctx, last, s.ended, s.ask); err != nil {
		return fmt.Errorf("runtime: stop %s: %w", s.name, err)
	}
	return s.problem()
}

// ask sends the supervisor a Stop, if there is one.
func (s *supervised) ask(stop *actors.Stop) {
	s.mu.Lock()
	pid := s.pid
	s.mu.Unlock()
	if pid != nil {
		s.rt.system.Root.Send(pid, stop)
	}
}

func (s *supervised) urge() { s.ask(&actors.Stop{Grace: -1}) }

// endWithin asks something to end, in order until ctx is done and then at
// once, and waits until it has ended, or last is done.
func endWithin(ctx, last context.Context, ended <-chan struct{}, ask func(*actors.Stop)) error {
	if ctx.Err() == nil {
		ask(&actors.Stop{})
		select {
		case <-ended:
			return nil
		case <-ctx.Done():
		}
	}
	ask(&actors.Stop{Grace: -1})
	patience := time.NewTimer(killTime)
	defer patience.Stop()
	select {
	case <-ended:
		return nil
	case <-patience.C:
	case <-last.Done():
	}
	return ErrLeftBehind
}

// problem is what went wrong in stopping. That a supervisor had given up
// before is for Wait to say, not for who stops it.
func (s *supervised) problem() error {
	err := s.failure()
	if err == nil || errors.Is(err, actors.ErrGaveUp) {
		return nil
	}
	if errors.Is(err, ptyio.ErrSurvived) {
		return fmt.Errorf("runtime: stop %s: %w: %w", s.name, ErrLeftBehind, err)
	}
	return fmt.Errorf("runtime: stop %s: %w", s.name, err)
}

// stopNow is Stop without any grace.
func (s *supervised) stopNow() error {
	over, cancel := context.WithCancel(context.Background())
	cancel()
	return s.Stop(over)
}
