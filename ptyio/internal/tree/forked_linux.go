package tree

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// forked is what a tree has whose child is a fork of a zygote.
type forked struct {
	zygote *Zygote
	tree   *Tree
	line   *os.File
}

var _ foster = (*forked)(nil)

// takeIn learns which process it is, and gets a hold on it. It is still waiting
// for its orders.
func (f *forked) takeIn() error {
	var word [4]byte
	if err := f.hear(word[:]); err != nil {
		return err
	}
	pid := int(int32(binary.LittleEndian.Uint32(word[:])))
	if pid < 0 {
		return syscall.Errno(-pid)
	}
	f.tree.pid = pid
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return os.NewSyscallError("pidfd_open", err)
	}
	f.tree.pidfd = pidfd
	// As long as the zygote lives it has not reaped the process, so that the id
	// was its own when the descriptor was opened.
	if err := f.gone(); err != nil {
		return err
	}
	if c, ok := f.tree.reach.(*cgroup); ok {
		c.joined() // not by clone3
		if err := os.WriteFile(filepath.Join(c.dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0); err != nil {
			return &SetupError{err}
		}
	}
	return nil
}

// instruct lets the process go on, as spec says.
func (f *forked) instruct(gate *os.File, spec *Spec) error {
	said, err := orders(spec)
	if err != nil {
		return err
	}
	if _, err = gate.Write(said); err != nil && !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ECONNRESET) {
		return err
	}
	answer, err := io.ReadAll(gate)
	if err != nil && !errors.Is(err, unix.ECONNRESET) {
		return err
	}
	marked, err := understood(answer)
	if err == nil && !marked && f.tree.level == LevelMarks {
		err = &SetupError{errors.New("fork: its mark cannot be seen from outside")}
	}
	return err
}

// giveUp ends a process that was not taken in.
func (f *forked) giveUp() {
	if f.tree.pidfd >= 0 && f.gone() == nil {
		_ = unix.PidfdSendSignal(f.tree.pidfd, unix.SIGKILL, nil, 0)
		awaitPidfd(f.tree.pidfd, killedTime)
		_, _ = f.reap(End{})
	}
	f.tree.pid = 0
	f.line.Close() // the zygote kills and reaps what it was not told to
}

// killedTime is how long a killed process that has run nothing may take to end.
const killedTime = time.Second

// awaitPidfd waits until the process has ended; negative: for ever.
func awaitPidfd(pidfd int, patience time.Duration) {
	fds := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(fds, int(patience.Milliseconds())); err != unix.EINTR {
			return
		}
	}
}

// hear reads what the zygote says on the line, all of it.
func (f *forked) hear(word []byte) error {
	_, err := io.ReadFull(f.line, word)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return ErrZygoteEnded
	}
	return err
}

// gone returns nil while the zygote, which alone holds the other end of the line,
// lives: its child that has ended is a zombie then.
func (f *forked) gone() error {
	conn, err := f.line.SyscallConn()
	if err != nil {
		return ErrZygoteEnded
	}
	err = conn.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd)}}
		if _, err := unix.Poll(fds, 0); err == nil && fds[0].Revents&(unix.POLLHUP|unix.POLLERR) != 0 {
			f.zygote.mu.Lock()
			f.zygote.gone = true
			f.zygote.mu.Unlock()
		}
	})
	f.zygote.mu.Lock()
	defer f.zygote.mu.Unlock()
	if err != nil || f.zygote.gone {
		return ErrZygoteEnded
	}
	return nil
}

// signalGroup goes by the descriptor, which names the group for good. Linux
// before 6.9 cannot do that: the id is good while the zygote lives; when it does
// not, the process itself has to do.
func (f *forked) signalGroup(sig syscall.Signal) error {
	err := unix.PidfdSendSignal(f.tree.pidfd, sig, nil, unix.PIDFD_SIGNAL_PROCESS_GROUP)
	if err == unix.EINVAL {
		if f.gone() == nil {
			return signalGroup(f.tree.pid, sig)
		}
		err = unix.PidfdSendSignal(f.tree.pidfd, sig, nil, 0)
	}
	if err == unix.ESRCH {
		return os.ErrProcessDone
	}
	return os.NewSyscallError("pidfd_send_signal", err)
}

func (f *forked) await() { awaitPidfd(f.tree.pidfd, -1) }

// endBytes is how long the zygote's word about an end is.
const endBytes = 4 + 3*8

func (f *forked) reap(end End) (End, error) {
	_ = f.line.SetDeadline(time.Now().Add(f.zygote.Patience)) // if it fails, so does the read
	_, _ = f.line.Write([]byte{'r'})                          // likewise
	var said [endBytes]byte
	if err := f.hear(said[:]); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = f.zygote.hangs()
		}
		return end, err
	}
	number := func(at int) int64 { return int64(binary.LittleEndian.Uint64(said[at:])) }
	end.tell(syscall.WaitStatus(binary.LittleEndian.Uint32(said[:])))
	end.UserTime = time.Duration(number(4)) * time.Microsecond
	end.SystemTime = time.Duration(number(12)) * time.Microsecond
	end.MaxRSSBytes = number(20) * rssUnitBytes
	return end, nil
}

func (f *forked) release() {
	f.zygote.leave(f.tree)
	f.line.Close()
}
