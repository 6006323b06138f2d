package ptyio

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"brood/ptyio/internal/tree"
)

// EnvZygote is the environment variable that tells a program that it is to be a
// zygote, and how: "1:16" is version 1 and the descriptor of its control socket.
const EnvZygote = "BROOD_ZYGOTE"

// MaxForkFiles is how many Files a fork of a Zygote can have.
const MaxForkFiles = 13

// zygoteWait is how long a start waits for a zygote that is not ready, because it
// is just being started again.
const zygoteWait = 2 * time.Second

// What is the matter with a zygote.
var (
	// ErrZygoteEnded: the process that a child was forked from has ended, and
	// the child was killed then. It is what Conn.Wait returns; the Exit's Code
	// is -1, since how the child ended is not known.
	ErrZygoteEnded error = tree.ErrZygoteEnded
	// ErrNoZygote: there is none that could fork, nor was there one soon.
	ErrNoZygote = errors.New("no zygote that is ready")
)

// Zygote is the transport over three pipes to the forks of one process, which has
// done before what all of them need: a program in Python its imports. It is for
// Linux. The zero value is ready to use, and must not be copied.
//
// Host is the transport that starts the process. Its program has to know what it
// is to do, as runtime/worker/python/brood_worker.py does: that file shows what is
// said on the control socket. AwaitReady returns when it can fork; then Start
// does not start programs, but forks. A Host that was started again takes the
// place of the one before, and Start waits for it for up to 2 s.
//
// A fork gets what its Command says of Dir, Env, Files (at most MaxForkFiles),
// Containment and Cgroup. Its Path, Args and other settings are not looked at: it
// has those of the zygote. It is the zygote's child, in a session of its own, and
// everything that Conn promises holds for it: it is moved to a cgroup of its own,
// or shows a mark of its own, before it does anything; the zygote keeps it as a
// zombie until its tree is gone; its exit is what the zygote got to hear. It
// cannot be Detached. If the zygote ends, its forks are killed, and their Wait
// returns ErrZygoteEnded.
//
// Why the forks are not made this process's own children, by CLONE_PARENT: a fork
// that goes past the C library leaves behind what that library remembers of the
// process that it was (the id of the thread, robust locks, handlers of
// pthread_atfork), and abort, raise and locks then go wrong, rarely.
type Zygote struct {
	mu      sync.Mutex
	current *tree.Zygote // nil: none runs
	ready   bool
	changed chan struct{} // closed when one is ready; nil: nobody waits
}

var _ Transport = (*Zygote)(nil)

// Host returns the transport, over three pipes, that starts the process to fork
// from. Its descriptors from 3 on are kept free for those of the forks; it gets no
// Files. On systems other than Linux a start fails with ErrUnsupported.
func (z *Zygote) Host() Transport { return zygoteHost{z} }

type zygoteHost struct{ zygote *Zygote }

func (h zygoteHost) Start(cmd Command) (Conn, error) {
	if cmd.Detached {
		return nil, &StartError{Path: cmd.Path, Err: fmt.Errorf("detached zygote: %w", errInvalid)}
	}
	var conn Conn
	forker, control, err := tree.NewZygote(func() { _ = conn.Kill() })
	if err != nil {
		return nil, &StartError{Path: cmd.Path, Err: platformError(err)}
	}
	defer control.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		forker.Ended()
		return nil, &StartError{Path: cmd.Path, Err: err}
	}
	defer null.Close()
	cmd.Files = nil
	for range MaxForkFiles {
		cmd.Files = append(cmd.Files, null)
	}
	cmd.Env = cmd.Env.with(EnvZygote, fmt.Sprintf("1:%d", 3+MaxForkFiles))
	cmd.Files = append(cmd.Files, control)
	conn, err = Pipes{Stdin: Stdio{Null: true}}.Start(cmd)
	if err != nil {
		forker.Ended()
		return nil, err
	}
	h.zygote.set(forker)
	conn.OnExit(func(Exit, error) {
		h.zygote.drop(forker)
		forker.Ended()
	})
	return conn, nil
}

func (z *Zygote) set(forker *tree.Zygote) {
	z.mu.Lock()
	z.current, z.ready = forker, false
	z.mu.Unlock()
}

func (z *Zygote) drop(forker *tree.Zygote) {
	z.mu.Lock()
	if z.current == forker {
		z.current, z.ready = nil, false
	}
	z.mu.Unlock()
}

// AwaitReady returns nil when the process that Host started last can fork. Until
// then it is to be called by one at a time, after errors again.
func (z *Zygote) AwaitReady(ctx context.Context) error {
	z.mu.Lock()
	forker, ready := z.current, z.ready
	z.mu.Unlock()
	if forker == nil || ready {
		return notReady(ready)
	}
	if err := forker.AwaitReady(ctx); err != nil {
		return opError("await", "zygote", platformError(err))
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	z.ready = z.current == forker
	if z.ready && z.changed != nil {
		close(z.changed)
		z.changed = nil
	}
	return notReady(z.ready)
}

func notReady(ready bool) error {
	if ready {
		return nil
	}
	return opError("await", "zygote", ErrNoZygote)
}

// await returns who forks, waiting for a while if there is nobody.
func (z *Zygote) await() (*tree.Zygote, error) {
	patience := time.NewTimer(zygoteWait)
	defer patience.Stop()
	for {
		z.mu.Lock()
		forker, ready := z.current, z.ready
		if !ready && z.changed == nil {
			z.changed = make(chan struct{})
		}
		changed := z.changed
		z.mu.Unlock()
		if ready {
			return forker, nil
		}
		select {
		case <-changed:
		case <-patience.C:
			return nil, ErrNoZygote
		}
	}
}

// Start forks the zygote. The error is a *StartError; its cause is ErrNoZygote or
// ErrZygoteEnded if it is the zygote's. A zygote that takes longer than 5 s is
// killed.
func (z *Zygote) Start(cmd Command) (Conn, error) {
	if len(cmd.Files) > MaxForkFiles || cmd.Detached {
		err := fmt.Errorf("%d files (at most %d), detached %t: %w", len(cmd.Files), MaxForkFiles, cmd.Detached, errInvalid)
		return nil, &StartError{Path: cmd.Path, Err: err}
	}
	forker, err := z.await()
	if err != nil {
		return nil, &StartError{Path: cmd.Path, Err: err}
	}
	return Pipes{}.start(cmd, origin{zygote: forker})
}
