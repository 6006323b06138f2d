package ptyio_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"brood/ptyio"
)

// Each has a reader and a waiter; none of them holds a thread.
func TestCase80IdleTerminalsHoldNoThreads(t *testing.T) {
	const terminals = 200
	before := threadCount(t)
	var conns []ptyio.Conn
	var group sync.WaitGroup
	defer func() {
		for _, conn := range conns {
			conn.Close()
		}
		group.Wait()
	}()
	for range terminals {
		conn := startReady(t, ptyio.PTY{}, ptyio.Shell("echo ready; read -r line"))
		conns = append(conns, conn)
		group.Go(func() { conn.Stdout().Receive(1, func([]byte) {}) })
	}
	requireBlocked(t, "receiver).receive", terminals)
	assert.Less(t, threadCount(t), before+terminals/4)
}

// The owner would see no end of the output, and a sibling would keep the
// terminal from being hung up.
func TestCase89NobodyElseHoldsATerminal(t *testing.T) {
	before := terminals()
	for range 20 {
		conn := startReady(t, ptyio.PTY{StderrPipe: true}, helper("block"))
		requireHolders(t, conn, conn.PID())
	}
	assert.Equal(t, before, terminals(), "slaves that this process holds")

	sibling := start(t, ptyio.PTY{StderrPipe: true}, helper("descriptors"))
	assert.Empty(t, readAll(t, sibling.Stdout()))
}

// terminals lists the slaves that this process has open.
func terminals() (names []string) {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		link, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && strings.HasPrefix(link, "/dev/pts/") {
			names = append(names, link)
		}
	}
	return names
}
