package tree

import "syscall"

// reaper is where a goroutine waits for each child.
type reaper struct{}

func (*reaper) stopIfIdle() {}

// Await calls tell once, when the child has ended and was reaped. tell must not
// block.
func (t *Tree) Await(tell func(End, error)) {
	go func() { tell(t.finish(awaitExit(t.pid))) }()
}

// wantPidfd does nothing: there are no pidfds.
func wantPidfd(*syscall.SysProcAttr, *int) {}
