package runtime

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/supervisor"
	"brood/telemetry"
)

// at returns the PID of the supervisor at path.
func (s *Supervisor) at(path string) *actor.PID {
	pid := s.PID()
	if path == "" {
		return pid
	}
	return actor.NewPID(pid.Address, pid.Id+"/"+path)
}

// split returns the path of the supervisor above a node, and the node's ID.
func split(path string) (above, id string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}

// List tells what the children of the supervisor at path are doing, in the order
// of their start; path "" is the uppermost.
func (s *Supervisor) List(ctx context.Context, path string) ([]ChildInfo, error) {
	answer, err := s.call(ctx, path, supervisor.ListChildren{})
	if err != nil {
		return nil, err
	}
	return answer.Children, nil
}

// Add starts a new child of the supervisor at path, behind the others, and waits
// until it has started. If it fails to it is forgotten. It is lost when that
// supervisor itself is restarted.
func (s *Supervisor) Add(ctx context.Context, path string, node Node) error {
	cause := telemetry.FromContext(ctx)
	return s.add(ctx, path, supervisor.AddChild{ID: node.ID, Make: func() (supervisor.Child, error) {
		return s.plant(path, &node, cause)
	}})
}

// AddDynamic is Add for a supervisor whose Strategy is Dynamic: its Template
// makes the node.
func (s *Supervisor) AddDynamic(ctx context.Context, path, id string, argument any) error {
	return s.add(ctx, path, supervisor.AddChild{ID: id, Argument: argument})
}

// add drops what was planted for a node that the supervisor did not take. When
// ctx has ended, it may still.
func (s *Supervisor) add(ctx context.Context, path string, request supervisor.AddChild) error {
	_, err := s.call(ctx, path, request)
	known := errors.Is(err, ErrAlreadyStarted) || errors.Is(err, ErrAlreadyPresent)
	if err != nil && !known && ctx.Err() == nil {
		s.forget(join(path, request.ID))
	}
	return err
}

// StopChild stops a node, without a restart, and waits until nothing of it runs.
// When ctx is done it is killed, unless it is a plain actor.
func (s *Supervisor) StopChild(ctx context.Context, path string) error {
	above, id := split(path)
	urge := context.AfterFunc(ctx, func() {
		if p := s.at(path); p != nil {
			s.rt.system.Root.Send(p, &actors.Stop{Grace: -1})
		}
	})
	defer urge()
	bound, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	_, err := s.call(bound, above, supervisor.StopChild{ID: id})
	return err
}

// StartChild starts a node that was stopped or has ended, and waits until it has
// started.
func (s *Supervisor) StartChild(ctx context.Context, path string) error {
	above, id := split(path)
	_, err := s.call(ctx, above, supervisor.StartChild{ID: id})
	return err
}

// Remove forgets a node that was stopped or has ended.
func (s *Supervisor) Remove(ctx context.Context, path string) error {
	above, id := split(path)
	_, err := s.call(ctx, above, supervisor.RemoveChild{ID: id})
	if err == nil {
		s.forget(path)
	}
	return err
}

// Reset ends the pause before a node's restart, and forgets the restarts of all
// its siblings.
func (s *Supervisor) Reset(ctx context.Context, path string) error {
	above, id := split(path)
	_, err := s.call(ctx, above, supervisor.ResetChild{ID: id})
	return err
}

// call asks the supervisor at path.
func (s *Supervisor) call(ctx context.Context, path string, request any) (*supervisor.Answer, error) {
	reply := make(chan *supervisor.Answer, 1)
	s.rt.system.Root.Send(s.at(path), &supervisor.Call{Request: request, Reply: reply})
	select {
	case answer := <-reply:
		if answer.Err != nil {
			return nil, fmt.Errorf("runtime: %s: %w", s.name, answer.Err)
		}
		return answer, nil
	case <-s.ended: // it may have ended with the call unread
		return nil, fmt.Errorf("runtime: %s: %w", s.name, actors.ErrStopping)
	case <-ctx.Done():
		return nil, fmt.Errorf("runtime: %s: %w", s.name, context.Cause(ctx))
	}
}
