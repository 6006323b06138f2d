package tree

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// procBuffers keeps what files of /proc are read into.
var procBuffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// readProc reads a file of a process and calls f with its content, which is
// valid during the call.
func readProc(pid int, name string, f func(content []byte)) error {
	fd, err := openRetry("/proc/" + strconv.Itoa(pid) + "/" + name)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	buf := procBuffers.Get().(*[]byte)
	defer procBuffers.Put(buf)
	n := 0
	for {
		if n == len(*buf) {
			*buf = append(*buf, make([]byte, len(*buf))...)
		}
		m, err := unix.Read(fd, (*buf)[n:])
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if m <= 0 {
			break
		}
		n += m
	}
	f((*buf)[:n])
	return nil
}

func openRetry(path string) (int, error) {
	for {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// How long a process may take to get through execve(2). Loading it from a slow
// disk is a part of that.
const (
	execTries = 100
	execPause = 200 * time.Microsecond
)

// markOf returns the mark in the environment of a process, empty if it has none
// or its environment cannot be read. A process in the middle of an execve(2) has
// no environment for a moment: its mark is waited for, since a member must not
// slip through.
func markOf(pid int) string {
	for range execTries {
		mark, empty := readMark(pid, "environ")
		if !empty {
			return mark
		}
		s, ok := statOf(pid)
		if ok && s.leaderless() {
			return markOfThreads(pid)
		}
		if !ok {
			return ""
		}
		if !s.executing() {
			mark, _ = readMark(pid, "environ") // it may have got its environment in between
			return mark
		}
		wait(execPause)
	}
	return ""
}

// readMark returns the mark in an environ file, and whether there is no
// environment. Of a thread that has given up its memory the file is empty, or
// cannot be opened (ESRCH, seen on Linux 6.18).
func readMark(pid int, file string) (mark string, empty bool) {
	err := readProc(pid, file, func(environ []byte) {
		empty = len(environ) == 0
		if value, ok := variable(environ, markName); ok {
			mark = string(value)
		}
	})
	return mark, empty || err == unix.ESRCH
}

// markOfThreads returns the mark of a process whose first thread has ended: then
// only the others have its environment.
func markOfThreads(pid int) string {
	threads, _ := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	for _, thread := range threads {
		if mark, _ := readMark(pid, "task/"+thread.Name()+"/environ"); mark != "" {
			return mark
		}
	}
	return ""
}

// variable finds a variable in the content of an environ file.
func variable(environ []byte, name string) ([]byte, bool) {
	for rest := environ; len(rest) > 0; {
		entry := rest
		if i := bytes.IndexByte(rest, 0); i >= 0 {
			entry, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		if len(entry) > len(name) && entry[len(name)] == '=' && string(entry[:len(name)]) == name {
			return entry[len(name)+1:], true
		}
	}
	return nil, false
}

// lastPID returns the process id that was given out last, in this namespace.
func lastPID() (int, error) {
	var content [128]byte
	n, ok := readFile("/proc/loadavg", content[:])
	if !ok {
		return 0, errors.New("/proc/loadavg cannot be read")
	}
	fields := bytes.Fields(content[:n])
	if len(fields) < 5 {
		return 0, fmt.Errorf("/proc/loadavg: %q", content[:n])
	}
	return strconv.Atoi(string(fields[4]))
}

// allPIDs returns the processes that there are, in the order of their ids.
func allPIDs() ([]int, error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	pids := make([]int, 0, len(names))
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// ownName names this process among the owners of all times since the machine
// booted: its namespace of process ids, its id, its start, and a number, since
// with syscall.Exec another program can go on with all of these. It is empty if
// /proc is missing or shows another namespace.
func ownName() string {
	if link, err := os.Readlink("/proc/self"); err != nil || link != strconv.Itoa(os.Getpid()) {
		return ""
	}
	identity := identityOf(os.Getpid())
	if identity == "" {
		return ""
	}
	return fmt.Sprintf("%s-%x", identity, time.Now().UnixNano()&0xffffffff)
}

// identityOf returns the part of an owner's name that tells the process, empty if
// there is none.
func identityOf(pid int) string {
	s, ok := statOf(pid)
	var ns unix.Stat_t
	if !ok || s.dead() || unix.Stat("/proc/self/ns/pid", &ns) != nil {
		return ""
	}
	return fmt.Sprintf("%d-%d-%d", ns.Ino, pid, s.started)
}

// ownerGone reports whether the owner of that name is surely dead. One of
// another namespace cannot be seen from here and is never gone.
func ownerGone(name string) bool {
	parts := strings.Split(name, "-")
	var ns unix.Stat_t
	if len(parts) != 4 || unix.Stat("/proc/self/ns/pid", &ns) != nil || parts[0] != strconv.FormatUint(ns.Ino, 10) {
		return false
	}
	pid, err := strconv.Atoi(parts[1])
	if err != nil || pid <= 0 {
		return false
	}
	if err := unix.Kill(pid, 0); err == unix.ESRCH {
		return true
	}
	now := identityOf(pid)
	return now != "" && now != strings.Join(parts[:3], "-") || isZombie(pid)
}

func isZombie(pid int) bool {
	s, ok := statOf(pid)
	return ok && s.dead()
}
