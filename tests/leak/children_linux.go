package leak

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Children returns the processes that this test binary or its descendants
// started and that still run, in the order of /proc: those with a mark that
// Mark covers, and every direct child of this process even without one. This
// process is not among them, nor is a process that has ended and only waits
// to be reaped. Systems other than Linux always give nil.
func Children() []Process {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []Process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if p, ok := inspect(pid); ok {
			found = append(found, p)
		}
	}
	return found
}

// inspect returns the process pid if it runs and belongs to this run.
func inspect(pid int) (Process, bool) {
	stat := read(pid, "stat")
	// The name is in parentheses and may hold spaces and parentheses itself.
	open, end := strings.IndexByte(stat, '('), strings.LastIndexByte(stat, ')')
	if open < 0 || end < open {
		return Process{}, false
	}
	fields := strings.Fields(stat[end+1:])
	if len(fields) < 2 {
		return Process{}, false
	}
	state, parent := fields[0], fields[1]
	if state == "Z" || state == "X" {
		return Process{}, false
	}
	if parent != strconv.Itoa(os.Getpid()) && !covers(Mark(), markOf(pid)) {
		return Process{}, false
	}
	command := strings.Join(strings.Split(strings.TrimRight(read(pid, "cmdline"), "\x00"), "\x00"), " ")
	if command == "" {
		command = "[" + stat[open+1:end] + "]"
	}
	return Process{PID: pid, Command: command, State: state}, true
}

// markOf returns the mark that the process pid was started with, if any.
func markOf(pid int) string {
	for _, variable := range strings.Split(read(pid, "environ"), "\x00") {
		if value, ok := strings.CutPrefix(variable, markName+"="); ok {
			return value
		}
	}
	return ""
}

// read returns the file name of /proc/pid, empty if the process is gone.
func read(pid int, name string) string {
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), name))
	if err != nil {
		return ""
	}
	return string(bytes.TrimSpace(content))
}

// killAll kills what Children returns until it returns nothing, for at most
// limit: a process that forks may be one ahead of the list.
func killAll(limit time.Duration) {
	deadline := time.Now().Add(limit)
	pause := time.NewTicker(settlePause)
	defer pause.Stop()
	for {
		left := Children()
		if len(left) == 0 || time.Now().After(deadline) {
			return
		}
		for _, p := range left {
			kill(p.PID)
		}
		<-pause.C
	}
}

// kill sends SIGKILL to the process pid if it still belongs to this run. The
// handle comes before the look: it cannot pass to another process that gets
// the same id.
func kill(pid int) {
	handle, err := os.FindProcess(pid)
	if err != nil {
		return
	}
	defer handle.Release()
	if _, ok := inspect(pid); ok {
		handle.Kill()
	}
}
