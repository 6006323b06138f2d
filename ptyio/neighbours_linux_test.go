package ptyio_test

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/ptyio"
)

func init() {
	helpers["mover"] = moveIntoKilledCgroup
	helpers["orphans"] = makeOrphans
	helpers["signals-file"] = logSignals
	helpers["starve"] = starve
}

// Case 5: a directory that was killed once makes later children die at once, so
// that each incarnation needs a fresh one.
func TestCase05RestartsAfterKillsLive(t *testing.T) {
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		cmd, _ := contained(t, level, "block")
		dirs := map[string]bool{}
		for range 50 {
			conn := startReady(t, ptyio.Pipes{}, cmd)
			dirs[cgroupOf(t, conn.PID())] = true
			exit, err := conn.Stop(0)
			require.NoError(t, err)
			require.Equal(t, syscall.SIGKILL, exit.Signal)
		}
		if level == ptyio.LevelCgroup {
			assert.Len(t, dirs, 50, "each has a directory of its own")
		}
	})
}

// moveIntoKilledCgroup is an owner in a cgroup that was killed before it came.
// It says how its child ended, which is asked to live until its stdin ends.
func moveIntoKilledCgroup(args []string) {
	if err := os.WriteFile(filepath.Join(args[0], "cgroup.procs"), []byte("0"), 0); err != nil {
		log.Fatal(err)
	}
	conn, err := ptyio.Pipes{}.Start(helper("cat"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(conn, "hello")
	line, err := bufio.NewReader(conn.Stdout()).ReadString('\n')
	fmt.Print(conn.Level(), " ", line)
	if err != nil {
		log.Fatal(err)
	}
	conn.CloseStdin()
	fmt.Println(conn.Wait())
}

func TestCase05OwnerInACgroupThatWasKilled(t *testing.T) {
	if strongest(t) < ptyio.LevelCgroup {
		t.Skip("no cgroups")
	}
	own := cgroupOf(t, start(t, ptyio.Pipes{}, helper("block")).PID())
	dir := filepath.Join(filepath.Dir(filepath.Dir(own)), fmt.Sprintf("killed-%d", os.Getpid()))
	require.NoError(t, os.Mkdir(dir, 0o755))
	defer func() {
		require.Eventually(t, func() bool { return os.Remove(dir) == nil }, limit, time.Millisecond)
	}()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cgroup.kill"), []byte("1"), 0))
	cmd := exec.Command(os.Args[0], dir)
	cmd.Env = append(os.Environ(), helperName+"=mover")

	out, err := cmd.CombinedOutput()

	require.NoError(t, err, "%s", out)
	assert.Equal(t, "cgroup hello\nexit code 0 <nil>\n", string(out))
	require.Eventually(t, func() bool { return len(guardiansOf(cmd.Process.Pid)) == 0 }, limit, time.Millisecond)
}

// Case 6: a child does not die with the thread that started it.
func TestCase06ChildrenOutliveThreads(t *testing.T) {
	conns := make([]ptyio.Conn, 50)
	for i := range conns {
		conns[i] = startReady(t, ptyio.Pipes{}, helper("block"))
	}
	var group sync.WaitGroup
	for range 200 {
		group.Go(runtime.LockOSThread) // and never unlocked: the thread ends with the goroutine
	}
	group.Wait()
	for _, conn := range conns {
		requireAlive(t, conn)
	}
}

// makeOrphans leaves orphans of every length of life.
func makeOrphans([]string) {
	for i := range 100 {
		cmd := exec.Command("/bin/sh", "-c", fmt.Sprintf("(setsid sleep 0.%02d &) ; (setsid sleep 100 &)", i))
		if err := cmd.Run(); err != nil {
			log.Fatal(err)
		}
	}
	ready()
	block()
}

// Case 14: orphans of a tree become nobody's zombies: this process adopts none.
func TestCase14OrphansAreNoZombiesOfOurs(t *testing.T) {
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		cmd, mark := contained(t, level, "orphans")
		conn := startReady(t, ptyio.Pipes{}, cmd)

		_, err := conn.Stop(0)

		require.NoError(t, err)
		assert.Empty(t, marked(mark, 0))
		requireNoZombie(t)
	})
}

// requireNoZombie looks for zombies among the children of this process.
func requireNoZombie(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, pid := range childrenOf(os.Getpid()) {
			if gone(pid) {
				return false
			}
		}
		return true
	}, limit, time.Millisecond)
}

// childrenOf returns the children of a process, zombies included.
func childrenOf(parent int) []int {
	var found []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "status"))
		var ppid int
		if n, _ := fmt.Sscanf(after(string(stat), "PPid:"), "%d", &ppid); n == 1 && ppid == parent {
			found = append(found, pid)
		}
	}
	return found
}

func after(s, word string) string {
	for i := range s {
		if len(s)-i > len(word) && s[i:i+len(word)] == word {
			return s[i+len(word):]
		}
	}
	return ""
}

// Case 15: children of os/exec beside ours are not reaped by us.
func TestCase15OtherChildrenAreLeftToOthers(t *testing.T) {
	var group sync.WaitGroup
	for range 200 {
		group.Go(func() { assert.NoError(t, exec.Command("true").Run()) })
		group.Go(func() {
			conn, err := ptyio.Pipes{}.Start(ptyio.Command{Path: "true"})
			if assert.NoError(t, err) {
				exit, err := conn.Wait()
				assert.NoError(t, err)
				assert.True(t, exit.Success())
				conn.Close()
			}
		})
	}
	group.Wait()
}

// Case 17: a terminal's Ctrl-C reaches neither children nor the guardian.
func TestCase17ChildrenAreInSessionsOfTheirOwn(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		conn := startReady(t, transport, helper("block"))
		for _, pid := range append(guardiansOf(os.Getpid()), conn.PID()) {
			session, err := unix.Getsid(pid)
			require.NoError(t, err)
			group, err := unix.Getpgid(pid)
			require.NoError(t, err)
			assert.Equal(t, pid, session)
			assert.Equal(t, pid, group)
		}
	})
}

// starved is what starve holds.
var starved [][]byte

// starve starts children until its memory is at its limit.
func starve([]string) {
	var limit unix.Rlimit
	var now unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &now)
	statm, _ := os.ReadFile("/proc/self/statm")
	pages := 0
	fmt.Sscan(string(statm), &pages)
	limit.Cur = uint64(pages*os.Getpagesize()) + 16<<20
	limit.Max = limit.Cur
	conn, err := ptyio.Pipes{}.Start(helper("deaf"))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	if err := unix.Setrlimit(unix.RLIMIT_AS, &limit); err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready")
	for {
		if _, err := (ptyio.Pipes{}).Start(helper("deaf")); err != nil {
			log.Fatal(err)
		}
		starved = append(starved, make([]byte, 1<<20))
	}
}

// Case 35: an owner that runs out of memory gets an error or ends, and leaves no
// child either way.
func TestCase35OwnerWithoutMemoryLeavesNobody(t *testing.T) {
	mark := "starve-" + strconv.Itoa(os.Getpid())
	t.Cleanup(func() { sweep(t, mark) })
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperName+"=starve", "RUN_MARK="+mark)

	out, err := cmd.Output()

	assert.Error(t, err)
	assert.Contains(t, string(out), "ready")
	requireNone(t, mark)
}

// logSignals writes a file when it is asked to end.
func logSignals(args []string) {
	terms := make(chan os.Signal, 1)
	signal.Notify(terms, syscall.SIGTERM)
	ready()
	<-terms
	if err := os.WriteFile(args[0], []byte("done"), 0o600); err != nil {
		log.Fatal(err)
	}
}

// Case 41: a tree that was frozen is thawed to be asked.
func TestCase41FrozenChildIsThawedAndAsked(t *testing.T) {
	if strongest(t) < ptyio.LevelCgroup {
		t.Skip("no cgroups")
	}
	file := filepath.Join(t.TempDir(), "file")
	conn := startReady(t, ptyio.Pipes{}, helper("signals-file", file))
	freeze := filepath.Join(cgroupOf(t, conn.PID()), "cgroup.freeze")
	require.NoError(t, os.WriteFile(freeze, []byte("1"), 0))

	exit, err := conn.Stop(limit)

	require.NoError(t, err)
	assert.Equal(t, 0, exit.Code)
	requireContent(t, file, "done")
}

func TestFrozenChildIsKilled(t *testing.T) {
	if strongest(t) < ptyio.LevelCgroup {
		t.Skip("no cgroups")
	}
	conn := startReady(t, ptyio.Pipes{}, helper("ignore"))
	require.NoError(t, os.WriteFile(filepath.Join(cgroupOf(t, conn.PID()), "cgroup.freeze"), []byte("1"), 0))

	exit, err := conn.Stop(0)

	require.NoError(t, err)
	assert.Equal(t, syscall.SIGKILL, exit.Signal)
}

// Rest leaves nothing of what is kept for the next child, and the next child
// finds all it needs.
func TestRestEndsWhatIsKept(t *testing.T) {
	for range 3 {
		conn := startReady(t, ptyio.Pipes{}, helper("block"))
		ptyio.Rest()
		requireAlive(t, conn)
		require.Len(t, guardiansOf(os.Getpid()), 1, "there is a child to guard")
		_, err := conn.Stop(0)
		require.NoError(t, err)
		require.NoError(t, conn.Close())

		ptyio.Rest()

		assert.Empty(t, childrenOf(os.Getpid()))
		for _, dir := range cgroups() {
			assert.NotContains(t, dir, fmt.Sprintf("-%d-", os.Getpid()))
		}
	}
}
