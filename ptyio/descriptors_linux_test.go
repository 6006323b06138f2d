package ptyio_test

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/ptyio"
)

func init() { helpers["descriptors"] = func([]string) { fmt.Print(strings.Join(descriptors(), "\n")) } }

// descriptors lists those from 3 up with what they are. It leaves out what the
// Go runtime opens for itself, and the listing's own.
func descriptors() []string {
	var found []string
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		link, err := os.Readlink("/proc/self/fd/" + e.Name())
		ofRuntime := strings.HasPrefix(link, "anon_inode:[event") || strings.HasPrefix(link, "/sys/fs/cgroup/")
		if err == nil && number(e.Name()) > 2 && !ofRuntime {
			found = append(found, e.Name()+" "+link)
		}
	}
	return found
}

// leaky opens a descriptor that every child would inherit.
func leaky(t *testing.T) int {
	t.Helper()
	fd, err := unix.Open("/dev/null", unix.O_RDONLY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

func TestChildGetsNoDescriptorThatItWasNotGiven(t *testing.T) {
	t.Run("without the mark it would: os/exec", func(t *testing.T) {
		fd := leaky(t)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), helperName+"=descriptors")
		out, err := cmd.Output()
		require.NoError(t, err)
		assert.Contains(t, string(out), fmt.Sprintf("%d /dev/null", fd))
	})
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		for range 50 {
			leaky(t)
			start(t, transport, helper("block"))
		}
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				conn, err := transport.Start(helper("descriptors"))
				if assert.NoError(t, err) {
					defer conn.Close()
					assert.Empty(t, readAll(t, conn.Stdout()))
					_, err = conn.Wait()
					assert.NoError(t, err)
				}
			})
		}
		group.Wait()
	})
}

func TestChildGetsTheFilesItWasGivenAndNoOther(t *testing.T) {
	f, err := os.Open(os.Args[0])
	require.NoError(t, err)
	defer f.Close()
	leaky(t)
	cmd := helper("descriptors")
	cmd.Files = []*os.File{f, f}

	conn := start(t, ptyio.Pipes{}, cmd)

	want := []string{"3 " + os.Args[0], "4 " + os.Args[0]}
	assert.Equal(t, want, strings.Split(readAll(t, conn.Stdout()), "\n"))
}

// The mark of a start stays on the owner's descriptor; what it refers to does
// not change, and naming it still hands it on.
func TestMarkedDescriptorStaysUsable(t *testing.T) {
	fd := leaky(t)
	wait(t, start(t, ptyio.Pipes{}, helper("exit", "0")))

	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)

	require.NoError(t, err)
	assert.Equal(t, unix.FD_CLOEXEC, flags)
	_, err = unix.Read(fd, make([]byte, 1))
	assert.NoError(t, err)
}

// Waiting for the end and for output costs goroutines, not threads.
func TestIdleChildrenHoldNoThreads(t *testing.T) {
	children := fewer(50)
	before := threadCount(t)
	for range children {
		for _, transport := range transports {
			conn := startReady(t, transport, helper("block"))
			reading := async(func() { conn.Stdout().Read(make([]byte, 1)) })
			t.Cleanup(func() { conn.Close(); <-reading })
		}
	}
	assert.Less(t, threadCount(t), before+children/2, "2 x %d children with a reader and a waiter each", children)
}

func threadCount(t *testing.T) int {
	threads, err := os.ReadDir("/proc/self/task")
	require.NoError(t, err)
	return len(threads)
}

// An owner that closed its stdout gets 1 for our pipe, and Go ends a program
// that writes into a broken pipe there. The owner is a child of this test.
func TestBrokenPipeDoesNotEndAnOwnerWithoutStdout(t *testing.T) {
	conn := start(t, ptyio.Pipes{}, helper("owner without stdout"))
	assert.Equal(t, "refused refused ", readAll(t, conn.Stderr()))
	assert.True(t, wait(t, conn).Success())
}

func init() {
	helpers["owner without stdout"] = func([]string) {
		stderr, _ := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 10)
		report := os.NewFile(uintptr(stderr), "report")
		for fd := range 3 {
			unix.Close(fd)
		}
		for _, transport := range []ptyio.Transport{ptyio.Pipes{}, ptyio.Pipes{}} {
			conn, err := transport.Start(helper("exit", "0"))
			if err != nil {
				log.Fatal(err)
			}
			conn.Wait()
			if _, err = conn.Write([]byte("x")); err != nil {
				fmt.Fprint(report, "refused ")
			}
		}
	}
}
