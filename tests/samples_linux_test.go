package tests

import (
	"fmt"
	"os"
	"os/exec"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

func init() {
	roles["burner"] = burn
	roles["hog"] = hog
	roles["leaker"] = leakOn
}

// often is an interval that lets tests see many samples.
const often = 20 * time.Millisecond

// burn works until it has used as much processor time as its argument says, tells
// how much it was, waits for a line, and begins again.
func burn() {
	wanted, err := time.ParseDuration(os.Args[1])
	if err != nil {
		panic(err)
	}
	for round := 1; ; round++ {
		for ownCPU() < time.Duration(round)*wanted {
		}
		fmt.Println(ownCPU())
		var line string
		if _, err := fmt.Scanln(&line); err != nil {
			return
		}
	}
}

func ownCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

const (
	hogBytes   = 100 << 20
	hogFiles   = 50
	hogThreads = 7
)

// hog has memory, descriptors, and as many threads more than it had.
func hog() {
	memory := make([]byte, hogBytes)
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1
	}
	var files []*os.File
	for range hogFiles {
		f, err := os.Open("/dev/null")
		if err != nil {
			panic(err)
		}
		files = append(files, f)
	}
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		panic(err)
	}
	for range hogThreads {
		go func() { _, _ = syscall.Read(ends[0], make([]byte, 1)) }() // holds a thread
	}
	<-time.After(50 * time.Millisecond)
	fmt.Println("ready")
	<-time.After(time.Hour)
	_, _ = memory, files
}

// leakOn takes a few MiB more all the time.
func leakOn() {
	var kept [][]byte
	for {
		kept = append(kept, slices.Repeat([]byte{1}, 8<<20))
		<-time.After(10 * time.Millisecond)
		_ = kept
	}
}

// usage waits until the newest sample of a child satisfies a condition.
func usage(t *testing.T, p *runtime.Process, is func(runtime.Sample) bool) (s runtime.Sample) {
	t.Helper()
	require.Eventually(t, func() bool {
		var err error
		s, err = p.Usage(within(t, limit))
		return err == nil && is(s)
	}, limit, often, "%+v", &s)
	return s
}

func whatever(runtime.Sample) bool { return true }

func TestProcessorTimeIsWhatTheChildHasUsed(t *testing.T) {
	for _, level := range []runtime.Level{runtime.LevelCgroup, runtime.LevelMarks} {
		t.Run(level.String(), func(t *testing.T) {
			rt := newRuntime(t, runtime.Options{SampleInterval: often})
			told := make(chan string, 10)
			cmd := command(t, "burner", "400ms")
			cmd.Containment.Limit = level
			p := start(t, rt, runtime.ProcessSpec{Command: cmd, Lines: func(l actors.Line) {
				if !l.Partial && l.Stream == actors.Stdout {
					told <- string(l.Text)
				}
			}})
			before := usage(t, p, whatever)
			for range 2 {
				used, err := time.ParseDuration(receive(t, told))
				require.NoError(t, err)
				s := usage(t, p, func(s runtime.Sample) bool { return s.CPU >= used-20*time.Millisecond })
				after := usage(t, p, func(later runtime.Sample) bool { return later.At.Sub(s.At) > 10*often })
				assert.InDelta(t, used.Seconds(), after.CPU.Seconds(), 0.03, "and what it waits is no use")
				assert.Zero(t, after.CPUPercent)
				require.NoError(t, p.Write(within(t, limit), []byte("on\n")))
			}
			var sum float64
			all := p.Samples()
			for i, s := range all[1:] {
				require.GreaterOrEqual(t, s.CPU, all[i].CPU)
				sum += s.CPUPercent / 100 * s.At.Sub(all[i].At).Seconds()
			}
			assert.InDelta(t, (all[len(all)-1].CPU - all[0].CPU).Seconds(), sum, 0.02, "shares are of one core, and of their time")
			assert.Less(t, before.CPU, time.Second)
		})
	}
}

// ps asks another program.
func ps(t *testing.T, column string, pids ...int) (total int64) {
	t.Helper()
	for _, pid := range pids {
		out, err := exec.Command("ps", "-o", column+"=", "-p", strconv.Itoa(pid)).Output()
		require.NoError(t, err)
		n, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
		require.NoError(t, err)
		total += n
	}
	return total
}

func TestSizesAreWhatPsSays(t *testing.T) {
	rt := newRuntime(t, runtime.Options{SampleInterval: often})
	small := start(t, rt, runtime.ProcessSpec{Command: command(t, "mute")})
	lines := make(chan struct{}, 1)
	big := start(t, rt, runtime.ProcessSpec{Command: command(t, "hog"), Lines: func(actors.Line) { lines <- struct{}{} }})
	receive(t, lines)
	now := time.Now()
	s := usage(t, big, func(s runtime.Sample) bool { return s.DetailAt.After(now) && s.CPUPercent == 0 })
	pid := big.OSPID()
	assert.InDelta(t, ps(t, "rss", pid)<<10, s.MemoryBytes, 4<<20)
	assert.GreaterOrEqual(t, s.MemoryBytes, int64(hogBytes))
	assert.GreaterOrEqual(t, s.PeakBytes, s.MemoryBytes)
	assert.Equal(t, int(ps(t, "nlwp", pid)), s.Threads)
	assert.Greater(t, s.Threads, hogThreads)
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	require.NoError(t, err)
	assert.Equal(t, len(fds), s.Descriptors)
	assert.GreaterOrEqual(t, s.Descriptors, hogFiles)
	assert.Equal(t, 1, s.Processes)
	assert.Equal(t, pid, s.PID)

	control := usage(t, small, func(s runtime.Sample) bool { return s.DetailAt.After(now) })
	assert.Less(t, control.MemoryBytes, int64(hogBytes), "the negative control")
	assert.Less(t, control.Descriptors, hogFiles)
	assert.Less(t, control.Threads, s.Threads)
}

// Three processes, of which one works in a session of its own, and ends.
func TestTreesAreCountedWhole(t *testing.T) {
	rt := newRuntime(t, runtime.Options{SampleInterval: often})
	burner := command(t, "burner", "300ms")
	script := `sleep 1000 & setsid "$0" 300ms </dev/null; wait`
	cmd := runtime.Command{Path: "/bin/sh", Args: []string{"-c", script, burner.Path}, Env: burner.Env}
	p := start(t, rt, runtime.ProcessSpec{Command: cmd})
	s := usage(t, p, func(s runtime.Sample) bool { return s.Processes == 3 })
	assert.GreaterOrEqual(t, s.Threads, 3)
	s = usage(t, p, func(s runtime.Sample) bool { return s.Processes == 2 })
	time.Sleep(5 * often)
	later := usage(t, p, whatever)
	assert.GreaterOrEqual(t, later.CPU, 300*time.Millisecond, "of the one that has ended")
	assert.Less(t, later.CPU, 900*time.Millisecond)
	all := p.Samples()
	for i, s := range all[1:] {
		require.GreaterOrEqual(t, s.CPU, all[i].CPU)
	}
	assert.Equal(t, 2, later.Processes)
	assert.Equal(t, s.Incarnation, later.Incarnation)
}

func TestSamplesTellIncarnationsApart(t *testing.T) {
	rt := newRuntime(t, runtime.Options{SampleInterval: often})
	p := start(t, rt, runtime.ProcessSpec{Command: command(t, "mute")})
	first := usage(t, p, whatever)
	kill(first.PID, syscall.SIGKILL)
	second := usage(t, p, func(s runtime.Sample) bool { return s.Incarnation == 2 })
	assert.NotEqual(t, first.PID, second.PID)
	all := p.Samples()
	assert.Equal(t, uint32(1), all[0].Incarnation, "they are kept")
	begins := slices.IndexFunc(all, func(s runtime.Sample) bool { return s.Incarnation == 2 })
	assert.Equal(t, float64(runtime.UnknownUsage), all[begins].CPUPercent, "of no earlier one")
	require.NoError(t, p.Stop(within(t, limit)))
	_, err := p.Usage(within(t, limit))
	assert.ErrorIs(t, err, actors.ErrNotRunning)
	assert.NotEmpty(t, p.Samples())
}

// sampling reports whether a goroutine takes samples.
func sampling() bool {
	var stacks strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&stacks, 2)
	return strings.Contains(stacks.String(), "(*sampler).run")
}

func TestNobodyAsksNobodySamples(t *testing.T) {
	rt := newRuntime(t, runtime.Options{SampleInterval: 10 * time.Millisecond})
	p := start(t, rt, runtime.ProcessSpec{Command: command(t, "mute")})
	time.Sleep(50 * time.Millisecond)
	assert.False(t, sampling())
	assert.Empty(t, p.Samples())
	require.Eventually(t, sampling, limit, soon)
	require.Eventually(t, func() bool { return !sampling() }, limit, often, "600 ms later")
	assert.NotEmpty(t, p.Samples())

	watched := start(t, rt, runtime.ProcessSpec{
		Command: command(t, "mute"), Watch: []runtime.WatchLimit{{MemoryBytes: 1 << 40}},
	})
	time.Sleep(time.Second)
	assert.True(t, sampling(), "while a child has a limit")
	require.NoError(t, watched.Stop(within(t, limit)))
}
