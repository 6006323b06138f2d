package runtime

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/supervisor"
	"brood/telemetry"
)

// Supervisor is a handle to a Tree that runs. A node is named by its path: the
// IDs from the top, separated by "/". Safe for concurrent use.
type Supervisor struct {
	supervised
	started chan struct{} // closed when all have started

	handles sync.Mutex
	nodes   map[string]handle
}

// handle is a process or a pool in a tree.
type handle interface {
	// followed takes what the supervisor above says of it, in that one's turn.
	followed(event supervisor.Event)
	drain(ctx context.Context) error
	// close is the end of the tree.
	close()
}

// Supervise starts a tree and waits until all of it has started. If a first start
// fails, what was started is stopped, and the error is a
// *supervisor.StartFailedError; if ctx ends first, likewise with ctx's cause. The
// error of a Tree with faults lists all of them.
func (rt *Runtime) Supervise(ctx context.Context, tree Tree) (*Supervisor, error) {
	if tree.Name == "" {
		tree.Name = "tree"
	}
	s := &Supervisor{
		supervised: newSupervised(rt, tree.Name),
		started:    make(chan struct{}),
		nodes:      map[string]handle{},
	}
	s.service = s
	b := &planting{root: s, cause: telemetry.FromContext(ctx)}
	spec := b.tree("", &tree)
	if err := s.launch("tree", spec, b.faults.ErrorOrNil()); err != nil {
		s.end()
		return nil, err
	}
	select {
	case <-s.started:
		return s, nil
	case <-s.ended:
		err := s.failure()
		if err == nil {
			err = actors.ErrStopping
		}
		return nil, fmt.Errorf("runtime: start %s: %w", tree.Name, err)
	case <-ctx.Done():
		return nil, errors.Join(fmt.Errorf("runtime: start %s: %w", tree.Name, context.Cause(ctx)), s.stopNow())
	}
}

// observe takes the events of the supervisor at path, in its turn.
func (s *Supervisor) observe(path string, event supervisor.Event) {
	switch m := event.(type) {
	case supervisor.ChildStarted:
		s.toNode(join(path, m.ID), event)
	case supervisor.ChildEnded:
		s.toNode(join(path, m.ID), event)
		if m.Forgotten {
			s.forget(join(path, m.ID))
		}
	case supervisor.AllStarted:
		if path == "" {
			close(s.started)
		}
	case supervisor.Ended:
		if path == "" {
			s.end()
		}
	}
	if path == "" {
		s.supervised.observe(event)
	}
}

func (s *Supervisor) toNode(path string, event supervisor.Event) {
	s.handles.Lock()
	node := s.nodes[path]
	s.handles.Unlock()
	if node != nil {
		node.followed(event)
	}
}

func (s *Supervisor) keep(path string, node handle) {
	s.handles.Lock()
	defer s.handles.Unlock()
	s.nodes[path] = node
}

// forget drops the handle of a node that is no more, and those below it.
func (s *Supervisor) forget(path string) {
	var gone []handle
	s.handles.Lock()
	for known, node := range s.nodes {
		if known == path || strings.HasPrefix(known, path+"/") {
			gone = append(gone, node)
			delete(s.nodes, known)
		}
	}
	s.handles.Unlock()
	for _, node := range gone {
		node.close()
	}
}

// all returns the handles that there are.
func (s *Supervisor) all() []handle {
	s.handles.Lock()
	defer s.handles.Unlock()
	nodes := make([]handle, 0, len(s.nodes))
	for _, node := range s.nodes {
		nodes = append(nodes, node)
	}
	return nodes
}

// end lets the handles know that the tree is over.
func (s *Supervisor) end() {
	for _, node := range s.all() {
		node.close()
	}
}

// drain drains the pools in the tree, side by side.
func (s *Supervisor) drain(ctx context.Context) error {
	nodes := s.all()
	faults := make([]error, len(nodes))
	var wg sync.WaitGroup
	for i, node := range nodes {
		wg.Go(func() { faults[i] = node.drain(ctx) })
	}
	wg.Wait()
	return joinFaults("drain "+s.name, faults...)
}

// Wait waits until the tree has ended and returns why: nil if it was stopped or
// shut itself down; else it matches actors.ErrGaveUp. It is ctx's cause if ctx
// ends first.
func (s *Supervisor) Wait(ctx context.Context) error {
	select {
	case <-s.ended:
		return s.failure()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// PID returns the supervisor's actor. It takes *supervisor.Call.
func (s *Supervisor) PID() *actor.PID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pid
}

// Process returns the handle of the process at path, nil if there is none. It
// stays the same over restarts.
func (s *Supervisor) Process(path string) *Process {
	s.handles.Lock()
	defer s.handles.Unlock()
	p, _ := s.nodes[path].(*Process)
	return p
}

// Pool returns the handle of the pool at path, nil if there is none.
func (s *Supervisor) Pool(path string) *Pool {
	s.handles.Lock()
	defer s.handles.Unlock()
	p, _ := s.nodes[path].(*Pool)
	return p
}
