package ptyio_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// Case 32: what is opened is closed, whatever it is.
func TestCase32ThousandCyclesLeaveNothing(t *testing.T) {
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		onEach(t, func(t *testing.T, transport ptyio.Transport) {
			cycle(t, transport, level, 20) // what is opened once and kept
			before := takeCensus()
			cycle(t, transport, level, fewer(cycles))
			requireWithin(t, before)
		})
	})
}

// cycles, on three transports and two levels, are more than a thousand.
const cycles = 250

func cycle(t *testing.T, transport ptyio.Transport, level ptyio.Level, times int) {
	for range times {
		cmd := ptyio.Command{Path: "true", Containment: ptyio.Containment{Limit: level}}
		conn, err := transport.Start(cmd)
		require.NoError(t, err)
		_, err = conn.Wait()
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	}
}

// census counts what this process can leak: others open and close things meanwhile.
type census struct{ descriptors, threads, goroutines, cgroups, ptys int }

func takeCensus() census {
	count := func(dir string) int {
		entries, _ := os.ReadDir(dir)
		return len(entries)
	}
	c := census{
		descriptors: count("/proc/self/fd"),
		threads:     count("/proc/self/task"),
		goroutines:  runtime.NumGoroutine(),
	}
	for _, dir := range cgroups() {
		if strings.Contains(dir, fmt.Sprintf("-%d-", os.Getpid())) {
			c.cgroups++
		}
	}
	for _, pid := range append(childrenOf(os.Getpid()), os.Getpid()) {
		c.ptys += ptysOf(pid)
	}
	return c
}

// ptysOf counts the descriptors of a process that are an end of a terminal.
func ptysOf(pid int) (n int) {
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, link := range links {
		if target, _ := os.Readlink(link); strings.HasPrefix(target, "/dev/pt") {
			n++
		}
	}
	return n
}

// within allows for some threads, which are fewer than the cycles: the Go runtime
// starts and keeps one for each system call that takes long at the same time.
func (c census) within(before census) bool {
	return c.descriptors <= before.descriptors && c.threads <= before.threads+20 &&
		c.goroutines <= before.goroutines && c.cgroups <= before.cgroups && c.ptys <= before.ptys
}

// requireWithin waits until nothing is left. It looks on the test's own goroutine,
// as another would be counted.
func requireWithin(t *testing.T, before census) {
	t.Helper()
	patience, tick := time.After(limit), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for {
		now := takeCensus()
		if now.within(before) {
			return
		}
		select {
		case <-tick.C:
		case <-patience:
			require.FailNow(t, "something is left", "before %+v, after %+v", before, now)
		}
	}
}
