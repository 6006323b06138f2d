package ptyio_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func init() {
	helpers["owner"] = own
	helpers["forest"] = plantForest
	helpers["tree"] = growTree
	helpers["deaf"] = beDeaf
}

// own is an owner of its own: it starts a child as told, repeats what the child
// prints, and then ends in the way that it reads from its stdin.
func own(args []string) {
	cmd := helper(args[1], args[2:]...)
	cmd.Env.Set["RUN_MARK"] = os.Getenv("RUN_MARK")
	cmd.Containment.Limit = ptyio.Level(number(args[0]))
	conn, err := ptyio.Pipes{}.Start(cmd)
	if err != nil {
		log.Fatal(err)
	}
	output := bufio.NewReader(conn.Stdout())
	line, err := output.ReadString('\n')
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(conn.Level())
	fmt.Print(line)
	go io.Copy(os.Stdout, output)
	how, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	switch strings.TrimSpace(how) {
	case "exit":
		os.Exit(0)
	case "panic":
		go func() { panic("on a goroutine of its own") }()
	case "stop":
		exit, err := conn.Stop(100 * time.Millisecond)
		fmt.Println(exit, err)
		os.Exit(0)
	case "close":
		conn.Close()
	}
	block()
}

// beDeaf ignores what would end it politely, says that it is there, and stays.
func beDeaf([]string) {
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	if report := os.NewFile(3, "report"); report != nil {
		fmt.Fprintln(report, os.Getpid())
		report.Close()
	}
	block()
}

// breed starts a deaf process in the way of a daemon: in a session of its own if
// told so, with this environment if it is not nil. Its first line on descriptor
// 3 says that it is there.
func breed(setsid bool, env []string, report *os.File) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperName+"=deaf")
	if env != nil {
		cmd.Env = env
	}
	cmd.ExtraFiles = []*os.File{report}
	setSession(cmd, setsid)
	if err := cmd.Start(); err != nil {
		log.Fatal(err)
	}
	return cmd
}

// plantForest has descendants of every kind: in its group, in a session of its
// own, orphaned by a parent in between, without the environment that it
// inherited but in its session. When all are there it says so, and blocks, or
// exits if told to.
func plantForest(args []string) {
	reports, report, err := os.Pipe()
	if err != nil {
		log.Fatal(err)
	}
	breed(false, nil, report)
	breed(true, nil, report)
	breed(false, []string{helperName + "=deaf", "RUN_MARK=" + os.Getenv("RUN_MARK")}, report)
	between := exec.Command(os.Args[0], "setsid")
	between.Env = append(os.Environ(), helperName+"=between")
	between.ExtraFiles = []*os.File{report}
	setSession(between, true)
	if err := between.Run(); err != nil {
		log.Fatal(err)
	}
	lines := bufio.NewReader(reports)
	for range 4 {
		if _, err := lines.ReadString('\n'); err != nil {
			log.Fatal(err)
		}
	}
	ready()
	if len(args) > 0 && args[0] == "exit" {
		os.Exit(7)
	}
	block()
}

func init() {
	// between leaves an orphan behind.
	helpers["between"] = func([]string) { breed(true, nil, os.NewFile(3, "report")) }
}

// growTree starts a tree of 31 processes: each has two children, down to the
// fifth row. The root says when all are there.
func growTree(args []string) {
	depth := number(args[0])
	report := os.NewFile(3, "report")
	reports := report
	if depth == 5 {
		var err error
		if reports, report, err = os.Pipe(); err != nil {
			log.Fatal(err)
		}
	}
	if depth > 1 {
		for range 2 {
			cmd := exec.Command(os.Args[0], strconv.Itoa(depth-1))
			cmd.ExtraFiles = []*os.File{report}
			cmd.Env = append(os.Environ(), helperName+"=tree")
			if err := cmd.Start(); err != nil {
				log.Fatal(err)
			}
		}
	}
	if depth < 5 {
		fmt.Fprintln(report, os.Getpid())
		block()
	}
	lines := bufio.NewReader(reports)
	for range 30 {
		if _, err := lines.ReadString('\n'); err != nil {
			log.Fatal(err)
		}
	}
	ready()
	block()
}

// forkBomb forks as fast as it can, each time into a session of its own.
const forkBomb = `trap "" TERM HUP; echo ready; while :; do setsid sh -c 'sleep .02' & done`

// owned is an owner of its own with one child, both of which carry a mark by
// which all that they start is found.
type owned struct {
	cmd   *exec.Cmd
	mark  string
	level string
	in    io.WriteCloser
	out   *bufio.Reader
}

// startOwner starts an owner with a child, waits until that is ready, and sees to
// it that nothing of both is left after the test.
func startOwner(t *testing.T, level ptyio.Level, child ...string) *owned {
	t.Helper()
	o := &owned{mark: "owner-" + rand.Text()}
	t.Cleanup(func() { sweep(t, o.mark) })
	o.cmd = exec.Command(os.Args[0], append([]string{strconv.Itoa(int(level))}, child...)...)
	o.cmd.Env = append(os.Environ(), helperName+"=owner", "RUN_MARK="+o.mark, "GORACE=atexit_sleep_ms=0")
	o.cmd.Stderr = io.Discard // the traceback of a panic
	var err error
	o.in, err = o.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := o.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, o.cmd.Start())
	o.out = bufio.NewReader(out)
	o.level = readLine(t, o.out)
	require.Equal(t, "ready", readLine(t, o.out))
	t.Cleanup(func() {
		o.cmd.Process.Kill()
		o.cmd.Wait()
	})
	return o
}

// says tells the owner how to end.
func (o *owned) says(t *testing.T, how string) {
	t.Helper()
	_, err := fmt.Fprintln(o.in, how)
	require.NoError(t, err)
}

// marked returns the living processes with this RUN_MARK, but for one.
func marked(mark string, but int) []int {
	var found []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == but {
			continue
		}
		environ, err := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		if err == nil && bytes.Contains(append([]byte{0}, environ...), []byte("\x00RUN_MARK="+mark+"\x00")) && !gone(pid) {
			found = append(found, pid)
		}
	}
	return found
}

// sweep kills what a test left: that is so in negative controls.
func sweep(t *testing.T, mark string) {
	for range 1000 {
		left := marked(mark, 0)
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	assert.Fail(t, "processes could not be killed")
}

// requireNone waits until nothing with the mark lives.
func requireNone(t *testing.T, mark string) {
	t.Helper()
	var left []int
	require.Eventually(t, func() bool { left = marked(mark, 0); return len(left) == 0 }, limit, 5*time.Millisecond)
	require.Empty(t, left)
}

// guardiansOf returns the guardians of an owner.
func guardiansOf(pid int) []int {
	var found []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		cmdline, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		argv := strings.Split(string(cmdline), "\x00")
		if argv[0] == "brood-guardian" && len(argv) > 1 && strings.Contains(argv[1], "-"+strconv.Itoa(pid)+"-") {
			if guardian := number(e.Name()); !gone(guardian) {
				found = append(found, guardian)
			}
		}
	}
	return found
}
