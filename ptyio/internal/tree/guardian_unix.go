//go:build unix

package tree

import (
	"encoding/binary"
	"fmt"
	"os"
	"syscall"
	"time"
)

// guardianName is what a guardian is called in the list of processes. It is
// also how the hook knows that this process is to be one.
const guardianName = "brood-guardian"

const (
	// idleTime is how long a guardian stays when there is nothing to guard: most
	// who started one child will soon start another.
	idleTime = 200 * time.Millisecond
	// dismissTime is how long a guardian that was sent home is waited for.
	dismissTime = time.Second
	// shortLife is the life of a guardian that is not replaced by itself: it
	// cannot live here, and the next start says so.
	shortLife = time.Second
)

// What the owner tells its guardian: one letter and a number, recordBytes long.
// The end of the lifeline without a farewell is the owner's death.
const (
	recordGroup    = 'g' // a process group to kill when the owner dies
	recordUngroup  = 'u' // the group is over
	recordFarewell = 'f' // there is nothing to guard any more: go
	recordBytes    = 9
)

// guardian is the process that kills what is left when this one dies. It holds
// one end of a pipe, of which the kernel closes the other one.
type guardian struct {
	pid      int
	lifeline *os.File
	started  time.Time
	ended    chan struct{} // closed when it was reaped
}

// guard sees to it that there is a guardian. The caller holds o.mu.
func (o *owner) guard() error {
	if o.idle != nil {
		o.idle.Stop()
		o.idle = nil
	}
	if o.guardian != nil {
		return nil
	}
	g, err := startGuardian(o.abilities())
	if err != nil {
		return fmt.Errorf("guardian: %w", err)
	}
	o.guardian = g
	for leader, t := range o.leaders {
		if t.level == LevelGroup {
			g.watchGroup(leader)
		}
	}
	go o.attend(g)
	return nil
}

func startGuardian(can abilities) (*guardian, error) {
	executable, err := ownExecutable()
	if err != nil {
		return nil, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	if err := markDescriptors(); err != nil {
		ours.Close()
		return nil, err
	}
	devnull := null.Fd()
	pid, err := fork(executable, []string{guardianName, can.name, can.cgroups.dir}, &syscall.ProcAttr{
		Dir:   "/", // it pins no mount
		Env:   can.helperEnviron(),
		Files: []uintptr{devnull, devnull, devnull, theirs.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true}, // a terminal's signals are not for it
	})
	if err != nil {
		ours.Close()
		return nil, err
	}
	return &guardian{pid: pid, lifeline: ours, started: time.Now(), ended: make(chan struct{})}, nil
}

// helperEnviron is the environment of brood's own helpers: nothing of the
// program's but the mark of the tree that it is itself in.
func (can abilities) helperEnviron() []string {
	environ := []string{"GOMAXPROCS=1"}
	if can.outer != "" {
		environ = append(environ, markName+"="+can.outer)
	}
	return environ
}

// attend waits for the guardian's end. One that ended unasked, because somebody
// killed it, is replaced while there is something to guard.
func (o *owner) attend(g *guardian) {
	err := awaitExit(g.pid)
	if err == nil {
		_ = wait4(g.pid, nil, nil)
	}
	o.mu.Lock()
	if o.guardian == g {
		o.guardian = nil
		g.lifeline.Close()
		if len(o.trees) > 0 && time.Since(g.started) > shortLife {
			_ = o.guard() // if it fails, the next start says so
		}
	}
	o.mu.Unlock()
	close(g.ended)
}

// dismissLater sends the guardian home if nothing is started for a while. The
// caller holds o.mu.
func (o *owner) dismissLater() {
	if o.idle != nil {
		o.idle.Stop()
	}
	o.idle = time.AfterFunc(idleTime, o.dismiss)
}

// Rest ends what this process keeps for its next child: the guardian, the
// goroutine that waits for children, the directory of the cgroups. It does
// nothing if there are children. Else it happens by itself, a moment after the
// last child.
func Rest() { self.dismiss() }

// dismiss does what Rest says, and waits for it. Its timer runs it on a goroutine
// of its own.
func (o *owner) dismiss() {
	o.mu.Lock()
	if len(o.trees) > 0 {
		o.mu.Unlock()
		return
	}
	if o.idle != nil {
		o.idle.Stop()
		o.idle = nil
	}
	g := o.guardian
	if g == nil {
		g = o.leaving // somebody else has sent it home
	} else {
		g.tell(recordFarewell, 0)
		g.lifeline.Close()
	}
	o.guardian, o.leaving = nil, g
	if can := o.can.Load(); can != nil { // else there were detached children only
		can.cgroups.remove()
	}
	o.mu.Unlock()
	o.reaper.stopIfIdle()
	if g == nil {
		return
	}
	patience := time.NewTimer(dismissTime)
	defer patience.Stop()
	select {
	case <-g.ended:
	case <-patience.C: // somebody has stopped it; it goes when it is woken
	}
}

// watchGroup and forgetGroup tell the guardian of a process group that only its
// id is known of. A nil guardian, that is one which could not be replaced, is
// told when there is one again.
func (g *guardian) watchGroup(pgid int)  { g.tell(recordGroup, pgid) }
func (g *guardian) forgetGroup(pgid int) { g.tell(recordUngroup, pgid) }

// tell never waits: what does not fit, because somebody has stopped the
// guardian, is lost.
func (g *guardian) tell(what byte, id int) {
	if g == nil {
		return
	}
	var record [recordBytes]byte
	record[0] = what
	binary.LittleEndian.PutUint64(record[1:], uint64(id))
	conn, err := g.lifeline.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Write(func(fd uintptr) bool {
		_, _ = syscall.Write(int(fd), record[:]) // an error is its end, which attend notices
		return true
	})
}
