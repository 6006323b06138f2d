package ptyio_test

import (
	"bufio"
	"crypto/rand"
	"errors"
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
	"golang.org/x/sys/unix"

	"brood/ptyio"
)

// strongest is the level that this machine allows.
func strongest(t *testing.T) ptyio.Level {
	t.Helper()
	conn := start(t, ptyio.Pipes{}, helper("exit", "0"))
	return conn.Level()
}

// onEachLevel runs a test on every level that contains whole trees.
func onEachLevel(t *testing.T, test func(t *testing.T, level ptyio.Level)) {
	for _, level := range []ptyio.Level{ptyio.LevelCgroup, ptyio.LevelMarks} {
		t.Run(level.String(), func(t *testing.T) {
			if level > strongest(t) {
				t.Skipf("this machine and user reach %s", strongest(t))
			}
			test(t, level)
		})
	}
}

// contained is a helper at a level, with a mark of its own.
func contained(t *testing.T, level ptyio.Level, name string, args ...string) (cmd ptyio.Command, mark string) {
	mark = "tree-" + rand.Text()
	cmd = helper(name, args...)
	cmd.Env.Set["RUN_MARK"] = mark
	cmd.Containment.Limit = level
	t.Cleanup(func() { sweep(t, mark) })
	return cmd, mark
}

func TestCase01And02TheTreeOfAKilledOwnerIsGone(t *testing.T) {
	canary := startReady(t, ptyio.Pipes{}, helper("block"))
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		o := startOwner(t, level, "forest")
		assert.Equal(t, level.String(), o.level)
		assert.Len(t, marked(o.mark, o.cmd.Process.Pid), 5)
		assert.Len(t, guardiansOf(o.cmd.Process.Pid), 1)

		require.NoError(t, o.cmd.Process.Kill())

		requireNone(t, o.mark)
		require.Eventually(t, func() bool { return len(guardiansOf(o.cmd.Process.Pid)) == 0 }, limit, time.Millisecond,
			"its work is done")
	})
	requireAlive(t, canary)
}

// The control: the group level says that it is weak, and it is.
func TestCase02AtGroupLevelDaemonsSurviveTheirOwner(t *testing.T) {
	o := startOwner(t, ptyio.LevelGroup, "forest")
	assert.Equal(t, "group (weak)", o.level)

	require.NoError(t, o.cmd.Process.Kill())

	require.Eventually(t, func() bool { return len(guardiansOf(o.cmd.Process.Pid)) == 0 }, limit, time.Millisecond)
	require.Eventually(t, func() bool { return len(marked(o.mark, 0)) <= 2 }, limit, time.Millisecond)
	assert.Len(t, marked(o.mark, 0), 2, "the daemon and the orphan, but not those of the group")
}

func TestCase03ForkingTreeIsGone(t *testing.T) {
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		cmd, mark := contained(t, level, "")
		cmd.Path, cmd.Args = "/bin/sh", []string{"-c", forkBomb}
		conn := startReady(t, ptyio.Pipes{}, cmd)
		requireMany(t, mark)

		exit, err := conn.Stop(10 * time.Millisecond)

		require.NoError(t, err)
		assert.Empty(t, marked(mark, 0), "gone before Stop returns")
		assert.Equal(t, syscall.SIGKILL, exit.Signal)
		assert.Empty(t, exit.Survivors)
	})
}

// mover is one process at a time: it forks, exits, and goes on in the child, in a
// session of its own. No list of processes holds it when the list is used.
const mover = `
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	puts("ready");
	fflush(stdout);
	for (int first = 1;; first = 0) {
		int child = fork();
		if (child > 0 && !first) _exit(0);
		if (child > 0) for (;;) pause();
		setsid();
	}
}`

func TestTreeThatMovesAllTheTimeIsGone(t *testing.T) {
	program := compile(t, mover)
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		cmd, mark := contained(t, level, "")
		cmd.Path = program
		conn := startReady(t, ptyio.Pipes{}, cmd)

		_, err := conn.Stop(10 * time.Millisecond)

		require.NoError(t, err)
		assert.Empty(t, marked(mark, 0))
		assert.Empty(t, readAll(t, conn.Stdout()), "there is an end: nobody holds it")
	})
}

// leaderless is a process whose first thread has ended: it looks like a zombie.
// The other thread says when that is so.
const leaderless = `
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
static void *stay(void *x) {
	char stat[512];
	do {
		sched_yield();
		int f = open("/proc/self/stat", O_RDONLY);
		stat[read(f, stat, sizeof stat - 1)] = 0;
		close(f);
	} while (!strstr(stat, ") Z "));
	write(1, "ready\n", 6);
	for (;;) pause();
}
int main(void) {
	pthread_t t;
	signal(SIGHUP, SIG_IGN);
	pthread_create(&t, 0, stay, 0);
	pthread_exit(0);
}`

func TestProcessThatLooksLikeAZombieIsGone(t *testing.T) {
	program := compile(t, leaderless, "-pthread")
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		cmd, _ := contained(t, level, "")
		cmd.Path, cmd.Args = "/bin/sh", []string{"-c", `setsid "$0" & read -r line`, program}
		conn := startReady(t, ptyio.Pipes{}, cmd)

		_, err := conn.Stop(0)

		require.NoError(t, err)
		assert.Empty(t, readAll(t, conn.Stdout()), "there is an end: nobody holds it")
	})
}

func init() {
	// full is an owner without a free descriptor when its child, whose daemon is
	// to be found, ends. For a moment, or for good.
	helpers["full"] = func(args []string) {
		cmd := helper("parent", "setsid", "block")
		cmd.Env.Set["RUN_MARK"] = os.Getenv("RUN_MARK")
		cmd.Containment.Limit = ptyio.Level(number(args[0]))
		conn, err := ptyio.Pipes{}.Start(cmd)
		exitOn(err)
		_, err = bufio.NewReader(conn.Stdout()).ReadString('\n')
		exitOn(err)
		exitOn(unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 100, Max: 100}))
		var all []*os.File
		for {
			f, err := os.Open(os.DevNull)
			if err != nil {
				break
			}
			all = append(all, f)
		}
		exitOn(syscall.Kill(conn.PID(), syscall.SIGKILL))
		if args[1] == "moment" {
			time.Sleep(200 * time.Millisecond)
			for _, f := range all {
				f.Close()
			}
		}
		exit, err := conn.Wait()
		fmt.Println(exit.Survivors, err)
	}
}

// What cannot be looked for is not taken to be gone.
func TestOwnerWithoutADescriptorLeftToLook(t *testing.T) {
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		for length, want := range map[string]string{"moment": "[] <nil>\n", "good": "[-1] <nil>\n"} {
			mark := "full-" + rand.Text()
			t.Cleanup(func() { sweep(t, mark) })
			cmd := exec.Command(os.Args[0], strconv.Itoa(int(level)), length)
			cmd.Env = append(os.Environ(), helperName+"=full", "RUN_MARK="+mark)
			out, err := cmd.Output()
			require.NoError(t, err)
			assert.Equal(t, want, string(out), length)
			requireNone(t, mark)
		}
	})
}

func init() {
	// again is an owner that executes itself anew while it has a child.
	helpers["again"] = func(args []string) {
		conn, err := ptyio.Pipes{}.Start(helper("block"))
		exitOn(err)
		_, err = bufio.NewReader(conn.Stdout()).ReadString('\n')
		exitOn(err)
		if args[0] == "0" {
			fmt.Println(conn.Level())
			return
		}
		exitOn(syscall.Exec(os.Args[0], []string{os.Args[0], "0"}, os.Environ()))
	}
}

func TestOwnerThatExecutesItselfAgain(t *testing.T) {
	cmd := exec.Command(os.Args[0], "1")
	cmd.Env = append(os.Environ(), helperName+"=again")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, strongest(t).String()+"\n", string(out))
}

// compile returns a program that a C compiler made of source.
func compile(t *testing.T, source string, flags ...string) string {
	t.Helper()
	compiler, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler")
	}
	program := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.Chmod(filepath.Dir(program), 0o755))
	require.NoError(t, os.WriteFile(program+".c", []byte(source), 0o600))
	out, err := exec.Command(compiler, append(flags, "-O2", "-o", program, program+".c")...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program
}

// requireMany waits until a fork bomb has got going.
func requireMany(t *testing.T, mark string) {
	t.Helper()
	require.Eventually(t, func() bool { return len(marked(mark, 0)) > 5 }, limit, time.Millisecond)
}

func TestCase04ForkTreeIsGoneAndItsDirectoryToo(t *testing.T) {
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		cmd, mark := contained(t, level, "tree", "5")
		conn := startReady(t, ptyio.Pipes{}, cmd)
		assert.Len(t, marked(mark, 0), 31)
		dir := cgroupOf(t, conn.PID())
		assert.Equal(t, level == ptyio.LevelCgroup, strings.Contains(dir, "/brood-"), dir)

		_, err := conn.Stop(0)

		require.NoError(t, err)
		assert.Empty(t, marked(mark, 0))
		if level == ptyio.LevelCgroup {
			assert.NoDirExists(t, dir)
		}
	})
}

// cgroupOf returns the directory of the cgroup that a process is in, if it is one
// of brood's.
func cgroupOf(t *testing.T, pid int) string {
	t.Helper()
	content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cgroup")
	require.NoError(t, err)
	for line := range strings.Lines(string(content)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			for _, dir := range cgroups() {
				if strings.HasSuffix(dir, path) {
					return dir
				}
			}
		}
	}
	return ""
}

// cgroups returns the directories that brood made.
func cgroups() []string {
	var found []string
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(mounts)) {
		before, after, _ := strings.Cut(line, " - ")
		if !strings.HasPrefix(after, "cgroup2 ") {
			continue
		}
		root := strings.Fields(before)[4]
		filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
			if err == nil && entry.IsDir() && strings.Contains(path, "/brood-") {
				found = append(found, path)
			}
			return nil
		})
	}
	return found
}

// Case 10: what the child leaves in the background is killed before the child
// is reaped, and its exit code is right all the same.
func TestCase10WhatAChildLeavesIsGoneWhenItsExitIsKnown(t *testing.T) {
	canary := startReady(t, ptyio.Pipes{}, helper("block"))
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		cmd, mark := contained(t, level, "forest", "exit")
		conn := start(t, ptyio.Pipes{}, cmd)

		exit := wait(t, conn)

		assert.Equal(t, 7, exit.Code)
		assert.Empty(t, exit.Survivors)
		assert.Empty(t, marked(mark, 0))
		assert.Equal(t, "ready\n", readAll(t, conn.Stdout()))
	})
	requireAlive(t, canary)
}

// Many short-lived children at once, each of which leaves a daemon: the sweeps
// that serve several ends at a time miss none.
func TestManyEndsAtOnceLeaveNobody(t *testing.T) {
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		const children = 20
		marks := make([]string, children)
		done := make(chan struct{})
		for i := range marks {
			cmd, mark := contained(t, level, "parent", "setsid", "exit")
			marks[i] = mark
			go func() {
				defer func() { done <- struct{}{} }()
				conn, err := ptyio.Pipes{}.Start(cmd)
				if assert.NoError(t, err) {
					_, err = conn.Wait()
					assert.NoError(t, err)
					assert.Empty(t, marked(mark, 0))
					conn.Close()
				}
			}()
		}
		for range marks {
			<-done
		}
	})
}

func TestCase12RequiredLevelThatIsNotThereRunsNothing(t *testing.T) {
	have := strongest(t)
	if have == ptyio.LevelCgroup {
		t.Skip("this user has all levels; TestAsOrdinaryUser runs this as one that has not")
	}
	file := filepath.Join(t.TempDir(), "made")
	cmd := ptyio.Shell("touch " + file)
	cmd.Containment.Require = ptyio.LevelCgroup

	conn, err := ptyio.Pipes{}.Start(cmd)

	assert.Nil(t, conn)
	require.ErrorIs(t, err, ptyio.ErrContainment)
	var detail *ptyio.ContainmentError
	require.ErrorAs(t, err, &detail)
	assert.Equal(t, ptyio.LevelCgroup, detail.Required)
	assert.Equal(t, have, detail.Available)
	assert.ErrorContains(t, err, "cgroup required, marks available: ")
	assert.NoFileExists(t, file)
}

func TestRequiredLevelThatIsThere(t *testing.T) {
	cmd := helper("exit", "3")
	cmd.Containment.Require = strongest(t)

	conn := start(t, ptyio.Pipes{}, cmd)

	assert.Equal(t, strongest(t), conn.Level())
	assert.Equal(t, 3, wait(t, conn).Code)
}

func TestContradictoryContainmentIsRefused(t *testing.T) {
	for _, c := range []ptyio.Containment{
		{Require: ptyio.LevelCgroup, Limit: ptyio.LevelMarks},
		{Require: -1},
		{Limit: ptyio.LevelCgroup + 1},
	} {
		cmd := helper("exit", "0")
		cmd.Containment = c
		_, err := ptyio.Pipes{}.Start(cmd)
		assert.ErrorIs(t, err, syscall.EINVAL)
	}
}

// Case 16, the part of it without actors: however the owner ends.
func TestCase16HoweverTheOwnerEnds(t *testing.T) {
	ends := map[string]func(t *testing.T, o *owned){
		"exit":  func(t *testing.T, o *owned) { o.says(t, "exit") },
		"panic": func(t *testing.T, o *owned) { o.says(t, "panic") },
		"stop":  func(t *testing.T, o *owned) { o.says(t, "stop") },
		"TERM":  func(t *testing.T, o *owned) { o.cmd.Process.Signal(syscall.SIGTERM) },
		"INT":   func(t *testing.T, o *owned) { o.cmd.Process.Signal(syscall.SIGINT) },
		"ABRT":  func(t *testing.T, o *owned) { o.cmd.Process.Signal(syscall.SIGABRT) },
		"KILL":  func(t *testing.T, o *owned) { o.cmd.Process.Kill() },
	}
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		for name, end := range ends {
			t.Run(name, func(t *testing.T) {
				o := startOwner(t, level, "forest")
				end(t, o)
				requireNone(t, o.mark)
			})
		}
	})
}

func TestOwnerKilledWhileItsChildForks(t *testing.T) {
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		o := startOwner(t, level, "bomb")
		requireMany(t, o.mark)

		require.NoError(t, o.cmd.Process.Kill())

		requireNone(t, o.mark)
	})
}

func init() {
	helpers["bomb"] = func([]string) { syscall.Exec("/bin/sh", []string{"sh", "-c", forkBomb}, os.Environ()) }
}

// A guardian that is killed alone is replaced; one that is killed together with
// its owner leaves its work to the next guardian of anybody.
func TestCase92LeftoversOfOwnersWithoutGuardian(t *testing.T) {
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		var o *owned
		left := 0
		// A program that some other package's test starts just now cleans up as well.
		for try := 0; left != 5 && try < 20; try++ {
			o = leaveForest(t, level)
			left = len(marked(o.mark, 0))
		}
		require.Equal(t, 5, left, "the control: nobody has killed them")

		startOwner(t, level, "block")

		requireNone(t, o.mark)
		require.Eventually(t, func() bool {
			for _, dir := range cgroups() {
				if strings.Contains(dir, "-"+strconv.Itoa(o.cmd.Process.Pid)+"-") {
					return false
				}
			}
			return true
		}, limit, time.Millisecond)
	})
}

// leaveForest starts an owner with children and kills it together with its
// guardian.
func leaveForest(t *testing.T, level ptyio.Level) *owned {
	t.Helper()
	o := startOwner(t, level, "forest")
	guardian := guardiansOf(o.cmd.Process.Pid)
	require.Len(t, guardian, 1)
	for _, pid := range []int{guardian[0], o.cmd.Process.Pid} {
		require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP)) // so that neither sees the other's end
	}
	require.NoError(t, syscall.Kill(guardian[0], syscall.SIGKILL))
	require.NoError(t, o.cmd.Process.Kill())
	o.cmd.Wait()
	return o
}

func TestKilledGuardianIsReplaced(t *testing.T) {
	o := startOwner(t, 0, "forest")
	first := guardiansOf(o.cmd.Process.Pid)
	require.Len(t, first, 1)
	// One that dies in its first second is not replaced before the next start.
	old := time.Now().Add(1100 * time.Millisecond)
	require.Eventually(t, func() bool { return time.Now().After(old) }, limit, 10*time.Millisecond)

	require.NoError(t, syscall.Kill(first[0], syscall.SIGKILL))

	var second []int
	require.Eventually(t, func() bool {
		second = guardiansOf(o.cmd.Process.Pid)
		return len(second) == 1 && second[0] != first[0]
	}, limit, time.Millisecond)
	require.NoError(t, o.cmd.Process.Kill())
	requireNone(t, o.mark)
}

func TestOwnersInsideOwners(t *testing.T) {
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		cmd, mark := contained(t, level, "owner", strconv.Itoa(int(level)), "forest")
		conn := start(t, ptyio.Pipes{}, cmd)
		output := bufio.NewReader(conn.Stdout())
		assert.Equal(t, level.String(), readLine(t, output))
		assert.Equal(t, "ready", readLine(t, output))
		require.Len(t, marked(mark, 0), 6)

		require.NoError(t, conn.Kill())

		wait(t, conn)
		assert.Empty(t, marked(mark, 0))
		assert.Empty(t, guardiansOf(conn.PID()), "the inner guardian is one of the tree")
	})
}

func TestDetachedChildOutlivesItsConnAndItsOwner(t *testing.T) {
	cmd, mark := contained(t, 0, "forest")
	cmd.Detached = true
	conn, err := ptyio.Pipes{}.Start(cmd)
	require.NoError(t, err)
	assert.Equal(t, ptyio.LevelGroup, conn.Level())
	assert.Equal(t, "ready", readLine(t, bufio.NewReader(conn.Stdout())))

	require.NoError(t, conn.Close())

	assert.Len(t, marked(mark, 0), 5)
	require.NoError(t, conn.Signal(syscall.SIGKILL))
	wait(t, conn)
	require.Eventually(t, func() bool { return len(marked(mark, 0)) <= 2 }, limit, time.Millisecond)
	assert.Len(t, marked(mark, 0), 2, "what left the group is not touched")
}

func TestSurvivorsAreNamed(t *testing.T) {
	err := error(&ptyio.SurvivedError{PIDs: []int{12, 13}, Level: ptyio.LevelMarks})
	assert.EqualError(t, err, "still running after kill: [12 13] (containment: marks)")
	assert.True(t, errors.Is(err, ptyio.ErrSurvived))
}
