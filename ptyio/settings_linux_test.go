package ptyio_test

import (
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/ptyio"
)

// nobody is a user that may do nothing in particular.
const nobody = 65534

func init() {
	helpers["dirty-owner"] = dirtyOwner
}

// status returns a program that prints lines of its /proc/self/status.
func status(names ...string) ptyio.Command {
	return ptyio.Command{Path: "/bin/grep", Args: []string{"-E", "^(" + strings.Join(names, "|") + "):", "/proc/self/status"}}
}

func output(t *testing.T, cmd ptyio.Command) string {
	t.Helper()
	conn := start(t, ptyio.Pipes{}, cmd)
	out := readAll(t, conn.Stdout())
	assert.Equal(t, 0, wait(t, conn).Code, readAll(t, conn.Stderr()))
	return out
}

func asRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
}

func TestUserAndGroups(t *testing.T) {
	asRoot(t)
	cmd := status("Uid", "Gid", "Groups")
	cmd.User = &ptyio.User{UID: nobody, GID: nobody}
	want := "Uid:\t65534\t65534\t65534\t65534\nGid:\t65534\t65534\t65534\t65534\nGroups:\t%s\n"
	assert.Equal(t, fmt.Sprintf(want, " "), output(t, cmd), "no group of the owner is kept")

	cmd.User.Groups = []uint32{1000, 1001}
	assert.Equal(t, fmt.Sprintf(want, "1000 1001 "), output(t, cmd))

	t.Run("it can not go back", func(t *testing.T) {
		cmd := ptyio.Command{Path: "/bin/sh", Args: []string{"-c", `echo 0 > "$PROCS" && echo escaped`}, User: cmd.User}
		cmd.Env.Set = map[string]string{"PROCS": "/proc/1/oom_score_adj"}
		for _, dir := range cgroups() {
			cmd.Env.Set["PROCS"] = filepath.Join(filepath.Dir(dir), "cgroup.procs")
		}
		conn := start(t, ptyio.Pipes{}, cmd)
		assert.Empty(t, readAll(t, conn.Stdout()))
		assert.Contains(t, readAll(t, conn.Stderr()), "denied")
		assert.NotZero(t, wait(t, conn).Code)
	})
}

// The directory is the user's affair: what the owner may enter does not count, nor
// what it may not.
func TestUserEntersTheDirectory(t *testing.T) {
	asRoot(t)
	dir := t.TempDir()
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
	private := func(name string, owner int) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.Mkdir(path, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(path, "file"), []byte(name), 0o444))
		require.NoError(t, os.Chown(path, owner, owner))
		return path
	}
	cmd := ptyio.Command{Path: "cat", Args: []string{"file"}, Dir: private("theirs", nobody), User: &ptyio.User{UID: nobody, GID: nobody}}
	assert.Equal(t, "theirs", output(t, cmd))

	cmd.Dir = private("ours", 0)
	_, err := ptyio.Pipes{}.Start(cmd)
	var failed *ptyio.StartError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, &ptyio.StartError{Path: failed.Path, Dir: cmd.Dir, Err: syscall.EACCES}, failed)
	assert.EqualError(t, err, "ptyio: start "+failed.Path+": directory "+cmd.Dir+": permission denied")
	requireNoChild(t)
	cmd.User = nil
	assert.Equal(t, "ours", output(t, cmd))
}

// A program and a directory whose names are no text, of a child that has settings.
func TestSettingsLeaveNamesAsTheyAre(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "\xff")
	require.NoError(t, os.Mkdir(dir, 0o755))
	program := filepath.Join(dir, "\xfe")
	require.NoError(t, os.Symlink("/bin/pwd", program))
	mask := fs.FileMode(0o022)
	assert.Equal(t, dir+"\n", output(t, ptyio.Command{Path: program, Dir: dir, Umask: &mask}))

	missing := filepath.Join(dir, "missing")
	_, err := ptyio.Pipes{}.Start(ptyio.Command{Path: program, Dir: missing, Umask: &mask})
	var failed *ptyio.StartError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, &ptyio.StartError{Path: program, Dir: missing, Err: syscall.ENOENT}, failed)
}

func TestUserThatTheOwnerMayNotBecome(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may; TestAsOrdinaryUser runs this as one that may not")
	}
	cmd := helper("exit", "0")
	cmd.User = &ptyio.User{UID: 12345, GID: 12345}
	_, err := ptyio.Pipes{}.Start(cmd)
	require.ErrorIs(t, err, fs.ErrPermission)
	var setting *ptyio.SettingError
	require.ErrorAs(t, err, &setting)
	assert.Equal(t, "user", setting.Setting)

	cmd = helper("exit", "0")
	cmd.Nice = -5
	_, err = ptyio.Pipes{}.Start(cmd)
	require.ErrorIs(t, err, fs.ErrPermission)
	assert.EqualError(t, err, "ptyio: start "+os.Args[0]+": set niceness: permission denied")
}

func TestUmask(t *testing.T) {
	old := unix.Umask(0o022)
	defer unix.Umask(old)
	assert.Equal(t, "Umask:\t0022\n", output(t, status("Umask")), "the owner's")
	for _, mask := range []fs.FileMode{0, 0o077} {
		cmd := status("Umask")
		cmd.Umask = &mask
		assert.Equal(t, fmt.Sprintf("Umask:\t%04o\n", mask), output(t, cmd))
	}
	assert.Equal(t, 0o022, unix.Umask(0o022), "the owner keeps its own")
}

func TestNice(t *testing.T) {
	cmd := ptyio.Command{Path: "nice"}
	base := output(t, cmd)
	cmd.Nice = 7
	assert.Equal(t, "0\n", base)
	assert.Equal(t, "7\n", output(t, cmd))
}

func TestLimits(t *testing.T) {
	cmd := ptyio.Shell("ulimit -S -n -f -c -t -s; ulimit -H -n")
	cmd.Path = "/bin/bash"
	cmd.Limits = map[ptyio.Resource]ptyio.Limit{
		ptyio.OpenFiles:    {Soft: 40, Hard: 50},
		ptyio.FileSize:     {Soft: 1 << 20, Hard: ptyio.Unlimited},
		ptyio.CoreSize:     {},
		ptyio.CPUSeconds:   {Soft: 100, Hard: 200},
		ptyio.Stack:        {Soft: 4 << 20, Hard: 8 << 20},
		ptyio.AddressSpace: {Soft: 1 << 30, Hard: 1 << 30},
	}
	out := output(t, cmd)
	for _, want := range []string{" 40\n", " 1024\n", " 0\n", " 100\n", " 4096\n", "\n50\n"} {
		assert.Contains(t, out, want)
	}
}

// Case 37, where there is no controller: memory is bounded per process.
func TestCase37DataLimitEndsAGreedyProgram(t *testing.T) {
	cmd := ptyio.Command{Path: "python3", Args: []string{"-c", "x = bytearray(512 << 20); print('got it')"}}
	assert.Equal(t, "got it\n", output(t, cmd), "the control")
	cmd.Limits = map[ptyio.Resource]ptyio.Limit{ptyio.Data: {Soft: 256 << 20, Hard: 256 << 20}}

	conn := start(t, ptyio.Pipes{}, cmd)

	assert.Empty(t, readAll(t, conn.Stdout()))
	assert.Contains(t, readAll(t, conn.Stderr()), "MemoryError")
	assert.Equal(t, 1, wait(t, conn).Code)
}

// A limit far below what the prelude itself needs is set all the same.
func TestLimitBelowThatOfGo(t *testing.T) {
	cmd := ptyio.Command{Path: "/bin/cat", Args: []string{"/dev/null"}}
	cmd.Limits = map[ptyio.Resource]ptyio.Limit{ptyio.AddressSpace: {Soft: 64 << 20, Hard: 64 << 20}}
	assert.Empty(t, output(t, cmd))
}

func TestNoNewPrivileges(t *testing.T) {
	assert.Equal(t, "NoNewPrivs:\t0\n", output(t, status("NoNewPrivs")), "the control")
	cmd := status("NoNewPrivs")
	cmd.NoNewPrivileges = true
	assert.Equal(t, "NoNewPrivs:\t1\n", output(t, cmd))
	assert.Equal(t, "NoNewPrivs:\t0\n", output(t, status("NoNewPrivs")), "the owner and its other children keep theirs")
}

func TestCgroupLimitsWithoutControllersAreRefused(t *testing.T) {
	for name, limits := range map[string]ptyio.CgroupLimits{
		"memory": {MemoryBytes: 64 << 20}, "pids": {Processes: 10}, "cpu": {CPUPercent: 50},
	} {
		t.Run(name, func(t *testing.T) {
			if controllers, _ := os.ReadFile("/sys/fs/cgroup/cgroup.controllers"); strings.Contains(string(controllers), name) {
				t.Skip("there may be a controller")
			}
			cmd := helper("exit", "0")
			cmd.Cgroup = limits
			conn, err := ptyio.Pipes{}.Start(cmd)
			assert.Nil(t, conn)
			require.ErrorIs(t, err, ptyio.ErrUnsupported)
			var setting *ptyio.SettingError
			require.ErrorAs(t, err, &setting)
			assert.Contains(t, setting.Setting, "cgroup")
		})
	}
}

func TestFaultySettingsAreRefused(t *testing.T) {
	mask := fs.FileMode(0o7777)
	for name, change := range map[string]func(*ptyio.Command){
		"root as user":     func(c *ptyio.Command) { c.User = &ptyio.User{GID: 1} },
		"root as group":    func(c *ptyio.Command) { c.User = &ptyio.User{UID: 1} },
		"umask":            func(c *ptyio.Command) { c.Umask = &mask },
		"niceness":         func(c *ptyio.Command) { c.Nice = 100 },
		"unknown resource": func(c *ptyio.Command) { c.Limits = map[ptyio.Resource]ptyio.Limit{99: {}} },
		"soft above hard":  func(c *ptyio.Command) { c.Limits = map[ptyio.Resource]ptyio.Limit{ptyio.Data: {Soft: 2, Hard: 1}} },
		"negative":         func(c *ptyio.Command) { c.Cgroup.Processes = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			cmd := helper("exit", "0")
			change(&cmd)
			_, err := ptyio.Pipes{}.Start(cmd)
			assert.ErrorIs(t, err, syscall.EINVAL)
		})
	}
}

// What the program's start says is the same with a prelude in between.
func TestStartErrorsThroughThePrelude(t *testing.T) {
	startReady(t, ptyio.Pipes{}, helper("block")) // so that what is shared by all children is there
	for path, want := range map[string]error{"/nonexistent/program": fs.ErrNotExist, "/etc/passwd": fs.ErrPermission} {
		before := openDescriptors(t)
		cmd := ptyio.Command{Path: path, Nice: 1}
		_, err := ptyio.Pipes{}.Start(cmd)
		assert.ErrorIs(t, err, want)
		assert.Equal(t, before, openDescriptors(t))
	}
}

// dirtyOwner blocks a signal, ignores others, and prints what a child of it has.
func dirtyOwner(args []string) {
	if args[0] == "again" {
		signal.Ignore(syscall.SIGUSR1, syscall.SIGHUP)
		conn, err := ptyio.Pipes{}.Start(status("SigBlk", "SigIgn"))
		if err != nil {
			log.Fatal(err)
		}
		copyAll(os.Stdout, conn.Stdout())
		conn.Wait()
		return
	}
	runtime.LockOSThread()
	blocked := unix.Sigset_t{Val: [16]uint64{1<<(syscall.SIGTERM-1) | 1<<(syscall.SIGUSR2-1)}}
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &blocked, nil); err != nil {
		log.Fatal(err)
	}
	signal.Ignore(syscall.SIGTSTP, syscall.SIGTTOU, syscall.SIGPIPE, syscall.SIGINT)
	log.Fatal(syscall.Exec(os.Args[0], []string{os.Args[0], "again"}, os.Environ()))
}

// An owner that was started with blocked and ignored signals, as by nohup or a
// shell without job control, does not hand that on.
func TestChildHasDefaultSignalsWhateverItsOwnerHas(t *testing.T) {
	clean := "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
	cmd := exec.Command(os.Args[0], "first")
	cmd.Env = append(os.Environ(), helperName+"=dirty-owner")
	out, err := cmd.Output()
	require.NoError(t, err)
	assert.Equal(t, clean, string(out))

	t.Run("without brood it does", func(t *testing.T) {
		sh := exec.Command("/bin/sh", "-c", `trap "" TSTP; exec grep SigIgn /proc/self/status`)
		out, err := sh.Output()
		require.NoError(t, err)
		assert.NotContains(t, string(out), "0000000000000000")
	})
}

// Go raises its own limit of descriptors; the child gets the original one.
func TestChildHasTheOriginalLimitOfDescriptors(t *testing.T) {
	sh := exec.Command("/bin/sh", "-c", `ulimit -S -n 333; exec "$0"`, os.Args[0])
	sh.Env = append(os.Environ(), helperName+"=original-limit")
	out, err := sh.Output()
	require.NoError(t, err)
	assert.Equal(t, "333\n333\n", string(out))
}

func init() {
	helpers["original-limit"] = func([]string) {
		for _, nice := range []int{0, 1} { // directly, and through the prelude
			cmd := ptyio.Shell("ulimit -S -n")
			cmd.Nice = nice
			conn, err := ptyio.Pipes{}.Start(cmd)
			if err != nil {
				log.Fatal(err)
			}
			copyAll(os.Stdout, conn.Stdout())
			conn.Wait()
		}
	}
}

// TestAsOrdinaryUser runs the tests again as a user without any rights: they are
// the ones that show what is left of the promises then.
func TestAsOrdinaryUser(t *testing.T) {
	asRoot(t)
	if raceEnabled {
		t.Skip("the rights are tried without the race detector, which takes several times as long")
	}
	dir, err := os.MkdirTemp("", "brood")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	require.NoError(t, os.Chmod(dir, 0o777))
	program := filepath.Join(dir, filepath.Base(os.Args[0]))
	content, err := os.ReadFile(os.Args[0])
	require.NoError(t, err)
	syscall.ForkLock.RLock()
	err = os.WriteFile(program, content, 0o755)
	syscall.ForkLock.RUnlock()
	require.NoError(t, err)
	cmd := exec.Command(program, "-test.run=Case(0|1[0-6]|27|28|31|35|37|41|81|84|92)|Owner|Leftover|Guardian|Detached|Required|Many|Limit|Umask|Nice|NoNew|Default|May|Stop|Moves", "-test.v")
	cmd.Dir = dir
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "TMPDIR=") }), "HOME="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}

	out, err := cmd.CombinedOutput()

	require.NoError(t, err, "%s", out)
	for _, test := range []string{"TestCase02", "TestCase03ForkingTreeIsGone", "TestCase12RequiredLevelThatIsNotThere", "TestUserThatTheOwnerMayNotBecome"} {
		assert.Contains(t, string(out), "--- PASS: "+test)
	}
}
