package ptyio_test

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/ptyio"
)

func init() { helpers["die"] = die }

// die ends by a signal as a program does that knows nothing of it: the Go
// runtime's handlers are taken away first. The second argument is the limit of
// a core file.
func die(args []string) {
	runtime.LockOSThread()
	limit := uint64(number(args[1]))
	unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: limit, Max: limit})
	signal := number(args[0])
	var defaultAction [4]uint64 // struct sigaction: handler, flags, restorer, mask
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(signal), uintptr(unsafe.Pointer(&defaultAction)), 0, 8, 0, 0)
	unix.RawSyscall(unix.SYS_TGKILL, uintptr(os.Getpid()), uintptr(unix.Gettid()), uintptr(signal))
	block()
}

func TestCase18EveryDeadlySignalIsExact(t *testing.T) {
	harmless := map[syscall.Signal]bool{
		syscall.SIGCHLD: true, syscall.SIGCONT: true, syscall.SIGSTOP: true, syscall.SIGTSTP: true,
		syscall.SIGTTIN: true, syscall.SIGTTOU: true, syscall.SIGURG: true, syscall.SIGWINCH: true,
	}
	for signal := syscall.Signal(1); signal <= 31; signal++ {
		if harmless[signal] {
			continue
		}
		t.Run(strconv.Itoa(int(signal))+" "+signal.String(), func(t *testing.T) {
			exit := wait(t, start(t, ptyio.Pipes{}, helper("die", strconv.Itoa(int(signal)), "0")))
			assert.Equal(t, signal, exit.Signal)
			assert.Equal(t, -1, exit.Code)
			assert.False(t, exit.CoreDumped)
			assert.False(t, exit.Success())
		})
	}
}

func TestCase18CoreDumped(t *testing.T) {
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	require.NoError(t, err)
	if strings.ContainsAny(string(pattern), "/|") {
		t.Skipf("core files do not go to the working directory but to %s", pattern)
	}
	cmd := helper("die", strconv.Itoa(int(syscall.SIGABRT)), strconv.Itoa(1<<30))
	cmd.Dir = t.TempDir()

	exit := wait(t, start(t, ptyio.Pipes{}, cmd))

	assert.Equal(t, syscall.SIGABRT, exit.Signal)
	assert.True(t, exit.CoreDumped)
	assert.Equal(t, "signal: aborted (core dumped)", exit.String())
}
