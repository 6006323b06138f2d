package ptyio_test

import (
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/ptyio"
)

// What is scarce is so for an owner that is a child of the test: the test
// itself needs descriptors and processes. An owner tells its count of failures.
func init() {
	helpers["few descriptors"] = runOutOfDescriptors
	helpers["few processes"] = runOutOfProcesses
	helpers["no directory"] = standInADeletedDirectory
	helpers["ordinary user"] = startWhereItMayNot
}

// fault ends an owner whose start did not fail as it should have.
func fault(what string, err error) {
	log.Fatalf("%s: %v (%T)", what, err, err)
}

// requireScarce checks the error of a start for which there was too little.
func requireScarce(err error, errno syscall.Errno) {
	var startErr *ptyio.StartError
	if !errors.As(err, &startErr) || startErr.Path == "" || startErr.Dir != "" {
		fault("no start error", err)
	}
	if !errors.Is(err, ptyio.ErrResources) || !errors.Is(err, errno) {
		fault("another error", err)
	}
}

func openInOwner() int {
	entries, err := os.ReadDir("/proc/self/fd")
	exitOn(err)
	return len(entries)
}

// requireNothingLeft checks after dozens of failures. What contains children may
// open its own meanwhile.
func requireNothingLeft(before int) {
	if after := openInOwner(); after > before+10 {
		log.Fatalf("%d descriptors, now %d", before, after)
	}
}

// runOutOfDescriptors starts with 0, 1, 2, ... descriptors to spare, so that
// each one that a start opens is missing once.
func runOutOfDescriptors([]string) {
	startAndEnd(ptyio.PTY{StderrPipe: true}) // what the runtime opens once is open then
	before, failures := openInOwner(), 0
	for _, transport := range transports {
		for spare := range 16 {
			if startWithDescriptors(transport, uint64(before+spare)) {
				failures++
			}
		}
		startAndEnd(transport) // now there are enough
	}
	requireNothingLeft(before)
	if pid, _ := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid > 0 {
		log.Fatal("a zombie")
	}
	fmt.Print(failures)
}

// startWithDescriptors fails, or works fully.
func startWithDescriptors(transport ptyio.Transport, descriptors uint64) (failed bool) {
	var limits syscall.Rlimit
	exitOn(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limits))
	low := limits
	low.Cur = descriptors
	exitOn(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low))
	conn, err := transport.Start(helper("exit", "4"))
	exitOn(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limits))
	if err != nil {
		requireScarce(err, syscall.EMFILE)
		return true
	}
	end(conn)
	return false
}

func startAndEnd(transport ptyio.Transport) {
	conn, err := transport.Start(helper("exit", "4"))
	exitOn(err)
	end(conn)
}

func end(conn ptyio.Conn) {
	if exit, err := conn.Wait(); err != nil || exit.Code != 4 {
		log.Fatal(exit, err)
	}
	exitOn(conn.Close())
}

// runOutOfProcesses is an ordinary user who may have one process, and has it.
// The threads that a start takes are made before.
func runOutOfProcesses([]string) {
	dropPrivileges()
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() { unix.Nanosleep(&unix.Timespec{Nsec: 20_000_000}, nil) })
	}
	group.Wait()
	conn, err := ptyio.PTY{}.Start(ptyio.Shell("exit 4")) // what the runtime opens once is open then
	exitOn(err)
	end(conn)
	before, failures := openInOwner(), 0
	exitOn(unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: 1, Max: 1}))
	for _, transport := range transports {
		for range 50 {
			_, err := transport.Start(ptyio.Command{Path: "/bin/true"})
			requireScarce(err, syscall.EAGAIN)
			failures++
		}
	}
	requireNothingLeft(before)
	fmt.Print(failures)
}

// dropPrivileges makes root somebody.
func dropPrivileges() {
	if os.Getuid() == 0 {
		exitOn(syscall.Setgroups(nil))
		exitOn(syscall.Setgid(65534))
		exitOn(syscall.Setuid(65534))
	}
}

// standInADeletedDirectory can start what does not depend on it.
func standInADeletedDirectory([]string) {
	dir, err := os.MkdirTemp("", "")
	exitOn(err)
	exitOn(os.Chdir(dir))
	exitOn(os.Remove(dir))
	for _, cmd := range []ptyio.Command{{Path: "./program"}, {Path: "program", Dir: "below"}, {Path: "/bin/true", Dir: "below"}} {
		_, err := ptyio.Pipes{}.Start(cmd)
		var startErr *ptyio.StartError
		if !errors.As(err, &startErr) || !errors.Is(err, fs.ErrNotExist) {
			fault("another error", err)
		}
		fmt.Println(err)
	}
	startAndEnd(ptyio.Pipes{})
}

// startWhereItMayNot names a directory that it may not enter, which is not its
// program's fault, and a program that it may not reach.
func startWhereItMayNot(args []string) {
	dropPrivileges()
	for _, cmd := range []ptyio.Command{{Path: "/bin/true", Dir: args[0]}, {Path: filepath.Join(args[0], "program")}} {
		_, err := ptyio.Pipes{}.Start(cmd)
		if !errors.Is(err, fs.ErrPermission) {
			fault("another error", err)
		}
		fmt.Println(err)
	}
}

// owner runs a helper and returns what it told.
func owner(t *testing.T, name string, args ...string) string {
	t.Helper()
	conn := start(t, ptyio.Pipes{}, helper(name, args...))
	told := readAll(t, conn.Stdout())
	require.Empty(t, readAll(t, conn.Stderr()))
	require.True(t, wait(t, conn).Success())
	return told
}

func TestCase33NoMoreDescriptors(t *testing.T) {
	assert.Greater(t, number(owner(t, "few descriptors")), 3*len(transports))
}

func TestCase27NoMoreProcesses(t *testing.T) {
	assert.Equal(t, 50*len(transports), number(owner(t, "few processes")))
}

func TestCase27OwnersDirectoryDeleted(t *testing.T) {
	assert.Equal(t, []string{
		"ptyio: start ./program: directory .: no such file or directory",
		"ptyio: start program: executable file not found in $PATH: file does not exist",
		"ptyio: start /bin/true: directory below: no such file or directory",
	}, strings.Split(strings.TrimSpace(owner(t, "no directory")), "\n"))
}

func TestCase27DirectoryForbidden(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "forbidden")
	require.NoError(t, os.Mkdir(dir, 0o000))
	assert.Equal(t, []string{
		"ptyio: start /bin/true: directory " + dir + ": permission denied",
		"ptyio: start " + dir + "/program: permission denied",
	}, strings.Split(strings.TrimSpace(owner(t, "ordinary user", dir)), "\n"))
}

func TestWhatIsOutOfResources(t *testing.T) {
	for errno, want := range map[syscall.Errno]bool{
		syscall.EMFILE: true, syscall.ENFILE: true, syscall.EAGAIN: true, syscall.ENOMEM: true, syscall.ENOSPC: true,
		syscall.ENOENT: false, syscall.EACCES: false, syscall.ETXTBSY: false, syscall.E2BIG: false,
	} {
		err := &ptyio.StartError{Path: "x", Err: os.NewSyscallError("fork", errno)}
		assert.Equal(t, want, errors.Is(err, ptyio.ErrResources), errno.Error())
	}
}

// One argument may have 128 KiB with its end.
func TestCase27LongestArgument(t *testing.T) {
	const most = 128<<10 - 1
	cmd := ptyio.Command{Path: "/bin/true", Args: []string{strings.Repeat("x", most)}}
	require.True(t, wait(t, start(t, ptyio.Pipes{}, cmd)).Success())
	cmd.Args[0] += "x"

	_, err := ptyio.Pipes{}.Start(cmd)

	assert.ErrorIs(t, err, syscall.E2BIG)
	assert.EqualError(t, err, "ptyio: start /bin/true: argument list too long")
}
