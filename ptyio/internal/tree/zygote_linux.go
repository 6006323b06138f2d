package tree

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// MaxForkFiles is how many descriptors one message on a socket carries, less the
// two that a fork is spoken to on.
const MaxForkFiles = 253 - 2

// zygoteTime is NewZygote's Patience.
const zygoteTime = 5 * time.Second

// Zygote is a process that forks itself when this one asks for it. The forks are
// its children, and trees of this process all the same. Safe for concurrent use.
type Zygote struct {
	// Patience is how long the process may take for a fork, and to reap one. If it
	// takes longer, it has been stopped, or hangs, and is killed.
	Patience time.Duration

	control *os.File
	kill    func() // the process itself

	sending sync.Mutex // orders requests
	mu      sync.Mutex
	forks   map[*Tree]struct{} // not reaped yet
	gone    bool
}

// NewZygote returns one whose process is still to be started: theirs is its end
// of the control socket, kill must kill it without waiting, and Ended must be
// called when it has ended.
func NewZygote(kill func()) (z *Zygote, theirs *os.File, err error) {
	ours, theirs, err := socketPair(unix.SOCK_SEQPACKET)
	if err != nil {
		return nil, nil, err
	}
	return &Zygote{Patience: zygoteTime, control: ours, kill: kill, forks: map[*Tree]struct{}{}}, theirs, nil
}

// socketPair returns two connected sockets: ours waits in the runtime's poller,
// theirs blocks.
func socketPair(kind int) (ours, theirs *os.File, err error) {
	ends, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	theirs = os.NewFile(uintptr(ends[1]), "zygote")
	// Go ends a program whose write to 1 or 2 finds that nobody reads.
	our, err := unix.FcntlInt(uintptr(ends[0]), unix.F_DUPFD_CLOEXEC, 3)
	unix.Close(ends[0])
	if err == nil {
		if err = unix.SetNonblock(our, true); err == nil {
			return os.NewFile(uintptr(our), "zygote"), theirs, nil
		}
		unix.Close(our)
	}
	theirs.Close()
	return nil, nil, os.NewSyscallError("fcntl", err)
}

// AwaitReady returns when the zygote says that it can fork. It is called until it
// returns nil, by one at a time.
func (z *Zygote) AwaitReady(ctx context.Context) error {
	if err := z.control.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = z.control.SetReadDeadline(time.Unix(1, 0)) })()
	var word [1]byte
	_, err := z.control.Read(word[:])
	switch {
	case errors.Is(err, io.EOF):
		return ErrZygoteEnded
	case errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return err
}

// Ended says that the process has ended: its forks are killed.
func (z *Zygote) Ended() {
	z.mu.Lock()
	z.gone = true
	var orphans []*Tree
	for t := range z.forks {
		orphans = append(orphans, t)
	}
	z.mu.Unlock()
	z.control.Close()
	for _, t := range orphans {
		_ = t.Kill()
	}
}

// launch makes t the tree of a new fork. It returns when the fork has done what
// spec says, and goes on by itself. On an error there is none.
func (z *Zygote) launch(t *Tree, spec *Spec) error {
	gate, line, err := z.request(spec.Files)
	if err != nil {
		return err
	}
	defer gate.Close()
	f := &forked{zygote: z, tree: t, line: line}
	if err = f.takeIn(); err == nil {
		err = f.instruct(gate, spec)
	}
	if err == nil {
		t.foster = f
		if z.enter(t) {
			return nil
		}
		t.foster, err = nil, ErrZygoteEnded
	}
	f.giveUp()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return z.hangs()
	}
	return err
}

// hangs ends a process that did not do in time what was asked of it.
func (z *Zygote) hangs() error {
	z.kill()
	return fmt.Errorf("%w: it did not answer and was killed", ErrZygoteEnded)
}

// request asks for a fork with these files. What is said to it alone goes through
// the gate; the line stays with the zygote.
func (z *Zygote) request(files []*os.File) (gate, line *os.File, err error) {
	gate, theirGate, err := socketPair(unix.SOCK_STREAM)
	if err != nil {
		return nil, nil, err
	}
	defer theirGate.Close()
	line, theirLine, err := socketPair(unix.SOCK_STREAM)
	if err != nil {
		gate.Close()
		return nil, nil, err
	}
	defer theirLine.Close()
	deadline := time.Now().Add(z.Patience)
	err = z.send(append([]*os.File{theirGate, theirLine}, files...), deadline)
	if err == nil {
		err = errors.Join(gate.SetDeadline(deadline), line.SetDeadline(deadline))
	}
	if err != nil {
		gate.Close()
		line.Close()
		return nil, nil, err
	}
	return gate, line, nil
}

func (z *Zygote) send(files []*os.File, deadline time.Time) error {
	fds := make([]int, len(files))
	for i, f := range files {
		if fds[i] = int(f.Fd()); fds[i] < 0 {
			return fmt.Errorf("descriptor %d of the child: %w", i-2, os.ErrClosed)
		}
	}
	rights := unix.UnixRights(fds...)
	conn, err := z.control.SyscallConn()
	if err != nil {
		return ErrZygoteEnded
	}
	z.sending.Lock()
	defer z.sending.Unlock()
	if z.control.SetWriteDeadline(deadline) != nil {
		return ErrZygoteEnded
	}
	var sent error
	err = conn.Write(func(fd uintptr) bool {
		sent = unix.Sendmsg(int(fd), []byte{'f'}, rights, nil, unix.MSG_NOSIGNAL)
		return sent != unix.EAGAIN
	})
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return z.hangs()
	case err != nil, sent == unix.EPIPE, sent == unix.ECONNRESET:
		return ErrZygoteEnded
	}
	return os.NewSyscallError("sendmsg", sent)
}

// enter notes a fork that lives, unless the zygote does not.
func (z *Zygote) enter(t *Tree) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.gone {
		return false
	}
	z.forks[t] = struct{}{}
	return true
}

func (z *Zygote) leave(t *Tree) {
	z.mu.Lock()
	delete(z.forks, t)
	z.mu.Unlock()
}

// orders is what a fork is told: its directory, then its environment.
func orders(spec *Spec) ([]byte, error) {
	dir := spec.Dir
	if dir == "" {
		own, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		dir = own
	}
	said := append(make([]byte, 4), dir...)
	said = append(said, 0)
	for _, entry := range spec.Env {
		said = append(append(said, entry...), 0)
	}
	binary.BigEndian.PutUint32(said, uint32(len(said)-4))
	return said, nil
}

// understood reads what a fork says to its orders.
func understood(said []byte) (marked bool, err error) {
	switch {
	case len(said) == 2 && said[0] == 'k':
		return said[1] == 1, nil
	case len(said) >= 5 && said[0] == 'd':
		return false, syscall.Errno(binary.LittleEndian.Uint32(said[1:]))
	case len(said) >= 5:
		return false, &SetupError{fmt.Errorf("fork: %s", said[5:])}
	}
	return false, &SetupError{errors.New("fork ended before it was ready")}
}
