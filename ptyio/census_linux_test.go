package ptyio_test

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
	"brood/ptyio/ptyiotest"
)

// never is for a Census without details.
func never(int) bool { return false }

// family starts a shell at the level with a child in its group and an orphan in a
// session of its own. It returns the processes, in the order of their ids, with
// the orphan last.
func family(t *testing.T, level ptyio.Level) (conn ptyio.Conn, pids []int) {
	t.Helper()
	if level > strongest(t) {
		t.Skipf("this machine and user reach %s", strongest(t))
	}
	mark := "tree-" + rand.Text()
	t.Cleanup(func() { sweep(t, mark) })
	cmd := ptyio.Shell("sleep 1000 & setsid -f sleep 1000 </dev/null >/dev/null 2>&1; echo ready; wait")
	cmd.Env.Set = map[string]string{"RUN_MARK": mark}
	cmd.Containment.Limit = level
	conn = startReady(t, ptyio.Pipes{}, cmd)
	sleeping := func() bool { // the fork of setsid is not the orphan yet
		pids = marked(mark, 0)
		for _, pid := range pids[min(1, len(pids)):] {
			name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
			if string(name) != "sleep\n" {
				return false
			}
		}
		return len(pids) == 3
	}
	require.Eventually(t, sleeping, limit, time.Millisecond)
	slices.Sort(pids)
	return conn, pids
}

func pidsOf(members []ptyio.Member) (pids []int) {
	for _, m := range members {
		pids = append(pids, m.PID)
	}
	return pids
}

func TestCensusFindsWhatTheLevelReaches(t *testing.T) {
	for level, reached := range map[ptyio.Level]int{
		ptyio.LevelCgroup: 3,
		ptyio.LevelMarks:  3,
		ptyio.LevelGroup:  2, // the orphan has left it: the negative control
	} {
		t.Run(level.String(), func(t *testing.T) {
			conn, pids := family(t, level)
			stranger := start(t, ptyio.Pipes{}, ptyio.Command{Path: "sleep", Args: []string{"1000"}})
			conns := []ptyio.Conn{stranger, conn}
			var census ptyio.Census
			for range 3 { // when it does not know them, and when it does
				tallies, err := census.Take(conns, never)
				require.NoError(t, err)
				assert.Equal(t, []int{stranger.PID()}, pidsOf(tallies[0].Members))
				assert.Equal(t, pids[:reached], pidsOf(tallies[1].Members))
				assert.Equal(t, level == ptyio.LevelCgroup, tallies[1].Cgroup.CPU > 0)
			}
			_, err := conn.Stop(-1)
			require.NoError(t, err)
			tallies, err := census.Take(conns, never)
			require.NoError(t, err)
			assert.Equal(t, []bool{true, false}, []bool{tallies[0].Found, tallies[1].Found})
			assert.Empty(t, tallies[1].Members)
		})
	}
}

// A member stays one when it drops its environment, and one whose parent has gone
// and that has dropped both the environment and its session is in its cgroup.
func TestCensusKeepsThoseWhoHide(t *testing.T) {
	onEachLevel(t, func(t *testing.T, level ptyio.Level) {
		mark := "tree-" + rand.Text()
		cmd := ptyio.Shell("exec 3<&0; setsid sh -c 'echo ready; read line; exec env -i sleep 1000' <&3 & setsid -f sh -c 'echo ready; read line; exec env -i sleep 1000' <&3; wait")
		cmd.Env.Set = map[string]string{"RUN_MARK": mark}
		cmd.Containment.Limit = level
		conn := start(t, ptyio.Pipes{}, cmd)
		output := bufio.NewReader(conn.Stdout())
		for range 2 {
			require.Equal(t, "ready", readLine(t, output))
		}
		var census ptyio.Census
		var before []int
		require.Eventually(t, func() bool {
			tallies, err := census.Take([]ptyio.Conn{conn}, never)
			require.NoError(t, err)
			before = pidsOf(tallies[0].Members)
			return len(before) == 3 && len(marked(mark, 0)) == 3
		}, limit, 10*time.Millisecond)
		_, err := conn.Write([]byte("go\ngo\n"))
		require.NoError(t, err)
		require.Eventually(t, func() bool { return len(marked(mark, 0)) == 1 }, limit, time.Millisecond, "they have hidden")
		tallies, err := census.Take([]ptyio.Conn{conn}, never)
		require.NoError(t, err)
		assert.Equal(t, before, pidsOf(tallies[0].Members))
		for _, pid := range before[1:] {
			_ = syscall.Kill(pid, syscall.SIGKILL) // what hides from marks survives the end, too
		}
	})
}

// What a Census says of a process is what /proc says, read another way.
func TestCensusCountsWhatTheKernelShows(t *testing.T) {
	conn, pids := family(t, ptyio.LevelMarks)
	var census ptyio.Census
	var want, got []ptyio.Member
	require.Eventually(t, func() bool { // they may still be on their way to sleep
		tallies, err := census.Take([]ptyio.Conn{conn}, func(int) bool { return true })
		require.NoError(t, err)
		got, want = tallies[0].Members, nil
		for _, m := range got {
			want = append(want, shown(t, m))
		}
		return len(got) == len(pids) && slices.Equal(want, got)
	}, 5*time.Second, 10*time.Millisecond)
	assert.Equal(t, want, got)
}

// shown returns what the kernel shows of a process that sleeps.
func shown(t *testing.T, m ptyio.Member) ptyio.Member {
	t.Helper()
	proc := fmt.Sprintf("/proc/%d/", m.PID)
	fds, err := os.ReadDir(proc + "fd")
	require.NoError(t, err)
	io, status := fields(t, proc+"io"), fields(t, proc+"status")
	return ptyio.Member{
		PID: m.PID, Started: m.Started, Threads: int(status["Threads"]), ResidentBytes: status["VmRSS"] << 10,
		CPU: m.CPU, ReapedCPU: m.ReapedCPU, // small
		Detail: ptyio.Detail{
			Looked: true, PeakBytes: status["VmHWM"] << 10, Descriptors: len(fds),
			ReadBytes: io["read_bytes"], WrittenBytes: io["write_bytes"],
			Switches: status["voluntary_ctxt_switches"] + status["nonvoluntary_ctxt_switches"],
		},
	}
}

// fields returns the numbers of a file whose lines begin with names.
func fields(t *testing.T, path string) map[string]int64 {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	numbers := map[string]int64{}
	for line := range strings.Lines(string(content)) {
		name, value, _ := strings.Cut(line, ":")
		if words := strings.Fields(value); len(words) > 0 {
			numbers[name], _ = strconv.ParseInt(words[0], 10, 64)
		}
	}
	return numbers
}

func TestCensusOfNothing(t *testing.T) {
	var census ptyio.Census
	tallies, err := census.Take(nil, never)
	require.NoError(t, err)
	assert.Empty(t, tallies)
}

// Of a child that is none of this machine nothing is known, and its id, which may
// be a stranger's here, is not looked at.
func TestCensusOfAForeignConn(t *testing.T) {
	scripted, err := ptyiotest.Scripted{Main: func(*ptyiotest.Child) int { return 0 }}.Start(ptyio.Command{Path: "x"})
	require.NoError(t, err)
	defer scripted.Close()
	conn := start(t, ptyio.Pipes{}, helper("block"))
	var census ptyio.Census
	tallies, err := census.Take([]ptyio.Conn{scripted, conn}, never)
	require.NoError(t, err)
	assert.Equal(t, []bool{true, false}, []bool{tallies[0].Foreign, tallies[1].Foreign})
	assert.Equal(t, []bool{false, true}, []bool{tallies[0].Found, tallies[1].Found})
}
