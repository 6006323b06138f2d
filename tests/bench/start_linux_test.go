package bench

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/ptyio"
	"brood/tests/load"
)

// starter starts a program that does nothing, reads its outputs to their end if
// it has any, and waits for it.
type starter struct {
	name  string
	start func(program string) error
}

// starters are compared with the first of them.
var starters = []starter{
	{"os/exec", startByExec},
	{"os/exec-contained", startContained},
	{"ForkExec", startByFork},
	{"brood", startByBrood(0)},
	{"brood-marks", startByBrood(ptyio.LevelMarks)},
	{"brood-group", startByBrood(ptyio.LevelGroup)},
}

// BenchmarkStartRatio reports how many programs a second are started and waited
// for, as a multiple of os/exec with three pipes.
func BenchmarkStartRatio(b *testing.B) {
	program := tinyProgram(b)
	starters := starters
	if cgroup() == "" {
		starters = slices.DeleteFunc(slices.Clone(starters), func(s starter) bool { return s.name == "os/exec-contained" })
	}
	for _, parallel := range []int{1, 4, 32} {
		b.Run(fmt.Sprintf("at-once=%d", parallel), func(b *testing.B) {
			for b.Loop() {
				rates := make([][]float64, len(starters))
				for range rounds {
					for i, s := range starters {
						rates[i] = append(rates[i], startRate(b, s, program, parallel))
					}
				}
				for i, s := range starters {
					b.ReportMetric(load.Median(load.Quotients(rates[i], rates[0])), s.name+"/"+starters[0].name)
				}
				b.ReportMetric(load.Median(rates[0]), starters[0].name+"/s")
			}
		})
	}
}

// startTime is how long one starter is measured in one round.
const startTime = 300 * time.Millisecond

func startRate(b *testing.B, s starter, program string, parallel int) float64 {
	began := time.Now()
	counts := make([]int, parallel)
	var group sync.WaitGroup
	for i := range counts {
		group.Go(func() {
			for time.Since(began) < startTime {
				if err := s.start(program); err != nil {
					b.Error(s.name, err)
					return
				}
				counts[i]++
			}
		})
	}
	group.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / time.Since(began).Seconds()
}

func startByExec(program string) error { return execAndWait(exec.Command(program)) }

// startContained is os/exec with a session and a fresh cgroup for each child, whose
// directory is made before and removed after: what these cost by themselves.
func startContained(program string) error {
	dir, err := os.MkdirTemp(cgroup(), "brood-bench-*")
	if err != nil {
		return err
	}
	fd, err := syscall.Open(dir, syscall.O_RDONLY|syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	cmd := exec.Command(program)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, UseCgroupFD: true, CgroupFD: fd}
	return errors.Join(execAndWait(cmd), syscall.Rmdir(dir))
}

func execAndWait(cmd *exec.Cmd) error {
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	readBoth(out, errs)
	return cmd.Wait()
}

func startByFork(program string) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	fd := null.Fd()
	pid, err := syscall.ForkExec(program, []string{program}, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{fd, fd, fd}})
	if err != nil {
		return err
	}
	for {
		if _, err := syscall.Wait4(pid, nil, 0, nil); err != syscall.EINTR {
			return err
		}
	}
}

// cgroup is the cgroup that this process is in, empty if there is none that it may
// divide.
var cgroup = sync.OnceValue(func() string {
	self, _ := os.ReadFile("/proc/self/cgroup")
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(self)) {
		path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::")
		for mount := range strings.Lines(string(mounts)) {
			before, after, _ := strings.Cut(mount, " - ")
			if dir := filepath.Join(strings.Fields(before)[4], path); ok && strings.HasPrefix(after, "cgroup2 ") && unix.Access(dir, unix.W_OK) == nil {
				return dir
			}
		}
	}
	return ""
})

func startByBrood(limit ptyio.Level) func(string) error {
	return func(program string) error {
		cmd := ptyio.Command{Path: program, Containment: ptyio.Containment{Limit: limit}}
		conn, err := ptyio.Pipes{}.Start(cmd)
		if err != nil {
			return err
		}
		defer conn.Close()
		readBoth(conn.Stdout(), conn.Stderr())
		_, err = conn.Wait()
		return err
	}
}

// readBoth reads two outputs to their end, each on a goroutine.
func readBoth(a, b io.Reader) {
	var group sync.WaitGroup
	for _, r := range []io.Reader{a, b} {
		group.Go(func() { _, _ = io.Copy(io.Discard, r) })
	}
	group.Wait()
}

// tinyProgram compiles a program that exits at once. It is in C and static, so
// that what is measured is the starting and not the program.
func tinyProgram(b *testing.B) string {
	compiler, err := exec.LookPath("cc")
	if err != nil {
		b.Skip("no C compiler")
	}
	program := filepath.Join(b.TempDir(), "tiny")
	source := program + ".c"
	require.NoError(b, os.WriteFile(source, []byte("int main(void) { return 0; }\n"), 0o600))
	out, err := exec.Command(compiler, "-O2", "-static", "-o", program, source).CombinedOutput()
	require.NoError(b, err, "%s", out)
	return program
}
