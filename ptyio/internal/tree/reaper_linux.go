package tree

import (
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// reaper waits for the children of this process, all of them on one goroutine: a
// waiting child costs a descriptor, and no goroutine and no thread. The goroutine
// lives while there are children, and for a moment after.
type reaper struct {
	mu      sync.Mutex
	epoll   *os.File // nil while there is no goroutine
	fd      int      // of epoll
	ended   chan struct{}
	waiting map[int32]awaited // by pidfd
}

// awaited is a child that the reaper waits for, and who wants to know.
type awaited struct {
	tree *Tree
	tell func(End, error)
}

// Await calls tell once, when the child has ended and was reaped and nothing of
// its tree is left. The call comes on a goroutine that serves others too: tell
// must not block.
func (t *Tree) Await(tell func(End, error)) {
	if self.reaper.add(awaited{t, tell}) == nil {
		return
	}
	go func() { tell(t.finish(t.awaitExit())) }() // no pidfds (Linux before 5.4), or no descriptor left
}

// awaitExit blocks until the child has ended.
func (t *Tree) awaitExit() error {
	if t.foster == nil {
		return awaitExit(t.pid)
	}
	t.foster.await()
	return t.foster.gone()
}

// hasEnded returns nil if the child, which has ended, can still be reaped.
func (t *Tree) hasEnded() error {
	if t.foster == nil {
		return waitid(unix.P_PIDFD, t.pidfd, nil, unix.WNOHANG)
	}
	return t.foster.gone()
}

// wantPidfd makes the fork put a descriptor of the child in pidfd.
func wantPidfd(attr *syscall.SysProcAttr, pidfd *int) { attr.PidFD = pidfd }

func (r *reaper) add(a awaited) error {
	if a.tree.pidfd < 0 {
		return unix.EBADF
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.epoll == nil {
		if err := r.start(); err != nil {
			return err
		}
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: int32(a.tree.pidfd)}
	if err := unix.EpollCtl(r.fd, unix.EPOLL_CTL_ADD, a.tree.pidfd, &event); err != nil {
		return err
	}
	r.waiting[event.Fd] = a
	return nil
}

// start starts the goroutine. The caller holds r.mu.
func (r *reaper) start() error {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	if err := unix.SetNonblock(fd, true); err != nil { // so that package os lets the runtime wait for it
		unix.Close(fd)
		return err
	}
	r.fd, r.epoll = fd, os.NewFile(uintptr(fd), "children")
	conn, err := r.epoll.SyscallConn()
	if err == nil {
		err = r.epoll.SetReadDeadline(time.Time{}) // an error says that the runtime cannot wait for it
	}
	if err != nil {
		r.epoll.Close()
		r.epoll = nil
		return err
	}
	r.waiting, r.ended = map[int32]awaited{}, make(chan struct{})
	go r.run(conn, r.ended)
	return nil
}

// stopIfIdle ends the goroutine if it has nobody to wait for.
func (r *reaper) stopIfIdle() {
	r.mu.Lock()
	if r.epoll == nil || len(r.waiting) > 0 {
		r.mu.Unlock()
		return
	}
	ended := r.ended
	r.epoll.Close()
	r.epoll = nil
	r.mu.Unlock()
	<-ended
}

// batchSize is how many ends are looked at together.
const batchSize = 64

func (r *reaper) run(conn syscall.RawConn, ended chan struct{}) {
	defer close(ended)
	var events [batchSize]unix.EpollEvent
	for {
		n := 0
		err := conn.Read(func(fd uintptr) bool {
			n, _ = unix.EpollWait(int(fd), events[:], 0)
			return n > 0
		})
		if err != nil {
			return // closed
		}
		r.reap(r.take(events[:n]))
	}
}

// take returns who has ended, and stops waiting for them.
func (r *reaper) take(events []unix.EpollEvent) []awaited {
	r.mu.Lock()
	defer r.mu.Unlock()
	batch := make([]awaited, 0, len(events))
	for _, event := range events {
		a, ok := r.waiting[event.Fd]
		if !ok {
			continue
		}
		// Closing alone does not take it out while a fork of this process, on its
		// way to its exec, has the descriptor too.
		_ = unix.EpollCtl(r.fd, unix.EPOLL_CTL_DEL, int(event.Fd), nil)
		delete(r.waiting, event.Fd)
		batch = append(batch, a)
	}
	return batch
}

// reap finishes those trees of which nobody is left, and leaves the others, which
// take their time, to goroutines of their own.
func (r *reaper) reap(batch []awaited) {
	var marked []*marks
	for _, a := range batch {
		if m, ok := a.tree.reach.(*marks); ok {
			marked = append(marked, m)
		}
	}
	errs := make([]error, len(batch))
	for i, a := range batch {
		errs[i] = a.tree.hasEnded()
		if errs[i] == nil {
			a.tree.killGroup()
		}
	}
	self.clearRecent(marked)
	for i, a := range batch {
		// The parent of a fork is to be asked, and may take its time.
		if errs[i] == nil && a.tree.foster == nil && a.tree.reach.gone() {
			a.tell(a.tree.finish(nil))
			continue
		}
		go func() { a.tell(a.tree.finish(errs[i])) }()
	}
}
