package ptyio

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// fileID is what a file is known by, whatever its name. Zero is none.
type fileID struct{ dev, ino, rdev uint64 }

func identify(f *os.File) (id fileID, err error) {
	err = control(f, func(fd int) error {
		var stat unix.Stat_t
		err := unix.Fstat(fd, &stat)
		id = idOf(&stat)
		return err
	})
	return id, err
}

func idOf(stat *unix.Stat_t) fileID {
	return fileID{dev: uint64(stat.Dev), ino: stat.Ino, rdev: uint64(stat.Rdev)}
}

// held are the outputs of one child, as the open files of a process show them
// in /proc.
type held struct {
	pipes    []string
	terminal fileID
	slave    string // the end of the slave's name
	number   string // the slave's number in /proc/pid/stat
}

// holders returns the processes, other than this one, that hold terminal open,
// or the other end of pipes, of which some may be nil. What is closed here is
// held by nobody.
func holders(terminal fileID, pipes ...*output) []int {
	h := held{terminal: terminal}
	if terminal != (fileID{}) {
		h.slave = fmt.Sprintf("pts/%d", unix.Minor(terminal.rdev))
		h.number = strconv.Itoa(int(int32(terminal.rdev))) // both are new_encode_dev's
	}
	for _, o := range pipes {
		if o == nil {
			continue
		}
		if id, err := identify(o.file); err == nil {
			h.pipes = append(h.pipes, fmt.Sprintf("pipe:[%d]", id.ino))
		}
	}
	if h.slave == "" && h.pipes == nil {
		return nil
	}
	var pids []int
	for _, name := range list("/proc") {
		pid, err := strconv.Atoi(name)
		if err == nil && pid != os.Getpid() && h.by("/proc/"+name) {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids
}

// by reports whether the process of which proc is the directory holds any.
func (h *held) by(proc string) bool {
	return slices.ContainsFunc(list(proc+"/fd"), func(fd string) bool {
		// Not stat: on a file of a dead network disk that hangs.
		link, err := os.Readlink(proc + "/fd/" + fd)
		switch {
		case err != nil:
			return false
		case slices.Contains(h.pipes, link):
			return openForWriting(proc + "/fdinfo/" + fd)
		case h.slave == "":
			return false
		case link == "/dev/tty":
			return controllingTerminal(proc) == h.number
		}
		return strings.HasSuffix(link, h.slave) && isFile(proc+"/fd/"+fd, h.terminal)
	})
}

func isFile(path string, id fileID) bool {
	var stat unix.Stat_t
	return unix.Stat(path, &stat) == nil && idOf(&stat) == id
}

// openForWriting tells a pipe's writers from its readers, as a fork of ours is
// for a moment.
func openForWriting(fdinfo string) bool {
	info, err := os.ReadFile(fdinfo)
	_, flags, found := bytes.Cut(info, []byte("flags:\t"))
	flags, _, _ = bytes.Cut(flags, []byte("\n"))
	mode, parseErr := strconv.ParseUint(string(flags), 8, 32)
	return err == nil && found && parseErr == nil && mode&unix.O_ACCMODE != unix.O_RDONLY
}

// controllingTerminal returns the tty_nr of a process, proc_pid_stat(5).
func controllingTerminal(proc string) string {
	stat, _ := os.ReadFile(proc + "/stat")
	_, rest, _ := bytes.Cut(stat, []byte(") "))
	if fields := bytes.Fields(rest); len(fields) > 4 {
		return string(fields[4]) // after state, ppid, pgrp, session
	}
	return ""
}

// list returns the names in a directory; none if it cannot be read.
func list(dir string) []string {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	return names
}
