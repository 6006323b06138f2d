package tree

import (
	"errors"
	"os"
	"reflect"
	"syscall"
	"time"
)

// Tree is a started child. Safe for concurrent use, except that Await is called
// once.
type Tree struct {
	process *os.Process
	started time.Time
}

// Start runs spec in a process group of its own, so that a Ctrl-C at our
// console does not reach it.
func Start(spec Spec) (*Tree, error) {
	if spec.Terminal || len(spec.Files) > 3 || !reflect.DeepEqual(spec.Settings, Settings{}) {
		return nil, errors.ErrUnsupported
	}
	if spec.Require > LevelProcess {
		return nil, &LevelError{Required: spec.Require, Available: LevelProcess, Err: errors.ErrUnsupported}
	}
	started := time.Now()
	p, err := os.StartProcess(spec.Path, spec.Argv, &os.ProcAttr{
		Dir:   spec.Dir,
		Env:   spec.Env,
		Files: spec.Files,
		Sys:   &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP},
	})
	if err != nil {
		return nil, err
	}
	return &Tree{process: p, started: started}, nil
}

// PID returns the child's process id.
func (t *Tree) PID() int { return t.process.Pid }

// Level returns how far Kill reaches.
func (t *Tree) Level() Level { return LevelProcess }

// Members returns the child.
func (t *Tree) Members() []int { return []int{t.process.Pid} }

// Signal can only kill; errors.ErrUnsupported for every other signal.
func (t *Tree) Signal(sig syscall.Signal) error {
	if sig != syscall.SIGKILL {
		return errors.ErrUnsupported
	}
	return t.process.Kill()
}

// Kill kills the child; after the end it does nothing and returns nil.
func (t *Tree) Kill() error {
	if err := t.process.Kill(); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// Terminate returns errors.ErrUnsupported: there is no request to end.
func (t *Tree) Terminate() error { return errors.ErrUnsupported }

// Await calls tell once, when the child has ended. tell must not block.
func (t *Tree) Await(tell func(End, error)) { go func() { tell(t.wait()) }() }

func (t *Tree) wait() (End, error) {
	state, err := t.process.Wait()
	end := End{Code: -1, Started: t.started, Ended: time.Now()}
	if err != nil {
		return end, err
	}
	end.Code = state.ExitCode()
	end.UserTime, end.SystemTime = state.UserTime(), state.SystemTime()
	return end, nil
}

// Rest does nothing: nothing is kept here.
func Rest() {}
