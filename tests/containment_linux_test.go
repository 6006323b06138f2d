package tests

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker"
)

func init() {
	roles["clan"] = clan
	roles["host"] = host
}

// clan starts two that ignore what asks them to end, each in a session of its
// own, one of them an orphan; and then waits.
func clan() {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	reports, report, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	for _, script := range []string{`exec "$0"`, `"$0" & `} {
		child := exec.Command("/bin/sh", "-c", script, self)
		child.Env = append(os.Environ(), worker.EnvName+"=stubborn")
		child.Stdout = report // where the stubborn say that they are ready
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := child.Start(); err != nil {
			panic(err)
		}
	}
	lines := bufio.NewReader(reports)
	for range 2 {
		if _, err := lines.ReadString('\n'); err != nil {
			panic(err)
		}
	}
	fmt.Println("ready")
	select {}
}

// host is a program with a runtime, in which a clan runs at the level of its
// first argument. It ends as its second one says.
func host() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		panic(err)
	}
	ready := make(chan struct{}, 1)
	cmd := runtime.Worker("clan")
	cmd.Env.Set["RUN_MARK"] = os.Getenv("RUN_MARK")
	cmd.Containment.Limit = map[string]runtime.Level{"cgroup": runtime.LevelCgroup, "marks": runtime.LevelMarks}[os.Args[1]]
	_, err = rt.Start(context.Background(), runtime.ProcessSpec{
		Command: cmd, Grace: 100 * time.Millisecond, Restart: runtime.Temporary,
		Output: func(actors.Stream, []byte) {
			select {
			case ready <- struct{}{}:
			default:
			}
		},
	})
	if err != nil {
		panic(err)
	}
	<-ready
	fmt.Println("ready")
	switch os.Args[2] {
	case "exit":
		os.Exit(0)
	case "panic":
		go func() { panic("on a goroutine of its own") }()
	case "shutdown":
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		_ = rt.Shutdown(ctx)
		return
	case "handled":
		rt.HandleSignals()
		fmt.Println("handling")
		<-rt.Done()
		return
	}
	select {}
}

// kin returns the living processes that carry a mark.
func kin(mark string) (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		environ, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		if strings.Contains("\x00"+string(environ), "\x00RUN_MARK="+mark+"\x00") && !isZombie(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func isZombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(stat), ") ")
	return err != nil || strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "X")
}

// Case 16: a program with a runtime, however it ends, takes its children with it.
func TestCase16HoweverTheProgramEnds(t *testing.T) {
	for _, level := range []string{"cgroup", "marks"} {
		for _, end := range []string{"exit", "panic", "shutdown", "TERM", "INT", "KILL", "handled TERM", "handled INT"} {
			t.Run(level+" "+end, func(t *testing.T) {
				t.Parallel()
				mark := "host-" + rand.Text()
				how, sig, _ := strings.Cut(end, " ")
				program := command(t, "host", level, how)
				cmd := exec.Command(program.Path, program.Args...)
				cmd.Env = append(os.Environ(), "RUN_MARK="+mark, "GORACE=atexit_sleep_ms=0", worker.EnvName+"=host")
				out, err := cmd.StdoutPipe()
				require.NoError(t, err)
				require.NoError(t, cmd.Start())
				t.Cleanup(func() {
					for _, pid := range kin(mark) {
						_ = syscall.Kill(pid, syscall.SIGKILL)
					}
				})
				said := bufio.NewReader(out)
				expectLine(t, said, "ready")
				if how == "handled" {
					expectLine(t, said, "handling")
				} else {
					sig = how
				}
				if sig := (map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "KILL": syscall.SIGKILL})[sig]; sig != 0 {
					require.NoError(t, cmd.Process.Signal(sig))
				}
				_ = cmd.Wait()
				require.Eventually(t, func() bool { return len(kin(mark)) == 0 }, limit, soon)
			})
		}
	}
}

func expectLine(t *testing.T, r *bufio.Reader, want string) {
	t.Helper()
	line, err := r.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, want+"\n", line)
}

// Case 16, the actors: whichever of those above a child ends, the child's whole
// tree does.
func TestCase16WhicheverActorEnds(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *runtime.Runtime, *runtime.Process){
		"stop of the handle": func(t *testing.T, _ *runtime.Runtime, p *runtime.Process) {
			assert.NoError(t, p.Stop(within(t, limit)))
		},
		"stop of the actor":   func(_ *testing.T, rt *runtime.Runtime, p *runtime.Process) { rt.System().Root.Stop(p.PID()) },
		"poison of the actor": func(_ *testing.T, rt *runtime.Runtime, p *runtime.Process) { rt.System().Root.Poison(p.PID()) },
		"stop of the root":    func(_ *testing.T, rt *runtime.Runtime, _ *runtime.Process) { rt.System().Root.Stop(rt.PID()) },
		"kill":                func(_ *testing.T, rt *runtime.Runtime, _ *runtime.Process) { _ = rt.Kill() },
		"signal":              func(_ *testing.T, _ *runtime.Runtime, p *runtime.Process) { kill(p.OSPID(), syscall.SIGKILL) },
	} {
		for _, level := range []runtime.Level{runtime.LevelCgroup, runtime.LevelMarks} {
			t.Run(name+"/"+level.String(), func(t *testing.T) {
				rt := newRuntime(t, runtime.Options{})
				var out screen
				cmd := command(t, "clan")
				cmd.Containment.Limit = level
				mark := "clan-" + rand.Text()
				cmd.Env.Set["RUN_MARK"] = mark
				p := start(t, rt, runtime.ProcessSpec{
					Command: cmd, Grace: 50 * time.Millisecond, Restart: runtime.Temporary, Output: out.print,
				})
				out.shows(t, "ready")
				assert.GreaterOrEqual(t, p.Level(), runtime.LevelMarks)
				require.Len(t, kin(mark), 3)

				end(t, rt, p)

				require.Eventually(t, func() bool { return len(kin(mark)) == 0 }, limit, soon)
			})
		}
	}
}

// What a restart leaves of the incarnation before is nothing.
func TestRestartLeavesNobodyOfTheIncarnationBefore(t *testing.T) {
	var out screen
	cmd := command(t, "clan")
	mark := "clan-" + rand.Text()
	cmd.Env.Set["RUN_MARK"] = mark
	p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{Command: cmd, Intensity: 100, Period: time.Minute, Output: out.print})
	for n := range 3 {
		require.Eventually(t, func() bool { return strings.Count(out.String(), "ready") == n+1 }, limit, soon)
		assert.Len(t, kin(mark), 3)
		kill(p.OSPID(), syscall.SIGKILL)
		require.Eventually(t, func() bool { return p.Restarts() == n+1 }, limit, soon)
	}
}

func TestCase12RequiredContainmentFailsClosed(t *testing.T) {
	cmd := command(t, "ok")
	cmd.Detached = true
	cmd.Containment.Require = runtime.LevelMarks
	_, err := newRuntime(t, runtime.Options{}).Run(within(t, limit), runtime.RunSpec{Command: cmd})
	assert.ErrorContains(t, err, "containment of level marks required")
}

func TestContainmentIsTold(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	for _, level := range []runtime.Level{runtime.LevelGroup, runtime.LevelMarks} {
		cmd := command(t, "mute")
		cmd.Containment.Limit = level
		p := start(t, rt, runtime.ProcessSpec{Command: cmd})
		assert.Equal(t, level, p.Level())
		require.NoError(t, p.Stop(within(t, limit)))
		assert.Equal(t, level.String(), p.Exit().Containment)
	}
}
