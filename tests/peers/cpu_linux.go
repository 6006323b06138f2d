package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// tick is the unit of processor time in /proc, on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// treeCPU returns how much processor time a process and its descendants that
// live have used so far. What it does not see is that of those that ended.
func treeCPU(root int) (total time.Duration) {
	used, children := map[int]time.Duration{}, map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err != nil {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it ended
		}
		parent, cpu, ok := parseStat(text)
		if ok {
			used[pid] = cpu
			children[parent] = append(children[parent], pid)
		}
	}
	for pids := []int{root}; len(pids) > 0; pids = pids[1:] {
		total += used[pids[0]]
		pids = append(pids, children[pids[0]]...)
	}
	return total
}

// parseStat returns a process's parent and the time that it used. The name in
// parentheses can hold anything.
func parseStat(text []byte) (parent int, cpu time.Duration, ok bool) {
	_, text, ok = cutLast(text, ')')
	fields := bytes.Fields(text)
	if !ok || len(fields) < 13 {
		return 0, 0, false
	}
	parent, err := strconv.Atoi(string(fields[1]))
	user, err2 := strconv.Atoi(string(fields[11]))
	system, err3 := strconv.Atoi(string(fields[12]))
	return parent, time.Duration(user+system) * tick, err == nil && err2 == nil && err3 == nil
}

func cutLast(text []byte, at byte) (before, after []byte, found bool) {
	i := bytes.LastIndexByte(text, at)
	if i < 0 {
		return text, nil, false
	}
	return text[:i], text[i+1:], true
}
