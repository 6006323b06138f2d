package tree

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// cgroupBase is the directory that holds one directory per tree, and how
// children get into those. The zero value is for where there are no cgroups.
type cgroupBase struct {
	dir string
	// direct says that clone3 puts the child inside (CLONE_INTO_CGROUP). It does
	// not work where the owner's own cgroup was once killed: then the new child
	// dies at once (seen on Linux 6.18), and the child joins by itself.
	direct bool
}

// cgroupPrefix begins the name of an owner's base; the owner's name follows.
const cgroupPrefix = "brood-"

// findCgroup returns where this process may make directories for its children:
// below its own cgroup of the version 2 hierarchy, wherever that is mounted.
func findCgroup(name string) (string, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	mount, root, ok := cgroupMount(mounts)
	if !ok {
		return "", errors.New("no cgroup version 2 is mounted")
	}
	memberships, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	own, ok := cgroupPath(memberships)
	if !ok {
		return "", errors.New("this process is in no cgroup of version 2")
	}
	below, err := filepath.Rel(root, own)
	if err != nil || strings.HasPrefix(below, "..") {
		return "", fmt.Errorf("own cgroup %s is not below the mounted %s", own, root)
	}
	return filepath.Join(mount, below, cgroupPrefix+name), nil
}

// cgroupMount finds where version 2 is mounted, and which part of it, in the
// format of proc_pid_mountinfo(5).
func cgroupMount(mountinfo []byte) (mount, root string, ok bool) {
	for lines := bufio.NewScanner(bytes.NewReader(mountinfo)); lines.Scan(); {
		before, after, found := strings.Cut(lines.Text(), " - ")
		fields := strings.Fields(before)
		if found && len(fields) >= 5 && strings.HasPrefix(after, "cgroup2 ") {
			return unescape(fields[4]), unescape(fields[3]), true
		}
	}
	return "", "", false
}

// unescape undoes the octal escapes of mountinfo.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// cgroupPath finds this process's path in version 2, in the format of cgroups(7).
func cgroupPath(memberships []byte) (string, bool) {
	for line := range strings.Lines(string(memberships)) {
		if path, ok := strings.CutPrefix(line, "0::"); ok {
			return strings.TrimSuffix(strings.TrimSuffix(path, "\n"), " (deleted)"), true
		}
	}
	return "", false
}

// open makes a fresh directory. Directories are never used again: after
// cgroup.kill a later CLONE_INTO_CGROUP into the same one dies at once.
func (b cgroupBase) open(number uint64, t *Tree, limits CgroupLimits) (*cgroup, error) {
	c := &cgroup{base: b, dir: filepath.Join(b.dir, strconv.FormatUint(number, 10)), tree: t, fd: -1}
	err := unix.Mkdir(c.dir, 0o755)
	if err == unix.ENOENT {
		if err = unix.Mkdir(b.dir, 0o755); err == nil || err == unix.EEXIST {
			err = unix.Mkdir(c.dir, 0o755)
		}
	}
	if err != nil {
		return nil, &SetupError{&fs.PathError{Op: "mkdir", Path: c.dir, Err: err}}
	}
	err = c.limit(limits)
	if err == nil && b.direct {
		c.fd, err = unix.Open(c.dir, unix.O_DIRECTORY|unix.O_PATH|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		c.remove()
		return nil, err
	}
	return c, nil
}

// remove takes the base away when no tree is left in it.
func (b cgroupBase) remove() {
	if b.dir != "" {
		_ = unix.Rmdir(b.dir)
	}
}

// cgroup is the reach of LevelCgroup: one directory, for one incarnation.
type cgroup struct {
	base   cgroupBase
	dir    string
	tree   *Tree
	fd     int // of the directory, -1 if the child joins by itself
	limits CgroupLimits
	// What is known at the end.
	removed, oom bool
}

var (
	_ reach  = (*cgroup)(nil)
	_ joiner = (*cgroup)(nil)
)

func (c *cgroup) join(attr *syscall.SysProcAttr) (file string) {
	if c.fd < 0 {
		return filepath.Join(c.dir, "cgroup.procs")
	}
	attr.UseCgroupFD, attr.CgroupFD = true, c.fd
	return ""
}

func (c *cgroup) joined() {
	if c.fd >= 0 {
		unix.Close(c.fd)
		c.fd = -1
	}
}

func (c *cgroup) write(file, text string) error {
	return os.WriteFile(filepath.Join(c.dir, file), []byte(text), 0)
}

// kill kills every member, also frozen ones, and those that are being forked.
func (c *cgroup) kill() {
	if c.write("cgroup.kill", "1") != nil { // Linux before 5.14
		c.killEach()
	}
}

// killEach kills the members one by one. That is no match for members that
// fork, but reaches those that cgroup.kill passes over: it sends the signal to
// the first thread of each process, and if that has ended and others have not, the
// signal is lost (seen on Linux 6.18).
func (c *cgroup) killEach() {
	for _, pid := range c.members() {
		if s, ok := statOf(pid); ok && pid > 0 {
			member{pid, s.started}.kill()
		}
	}
}

func (c *cgroup) thaw() { _ = c.write("cgroup.freeze", "0") }

// members returns the processes in the directory and below it, where a member
// may have made cgroups of its own. Zombies are not among them.
func (c *cgroup) members() []int {
	var pids []int
	for _, dir := range descend(c.dir) {
		content, err := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return append(pids, unknownSurvivor)
		}
		for field := range strings.FieldsSeq(string(content)) {
			if pid, err := strconv.Atoi(field); err == nil && pid > 0 {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// descend returns dir and what is below it, deepest last.
func descend(dir string) []string {
	dirs := []string{dir}
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && path != dir {
			dirs = append(dirs, path)
		}
		return nil
	})
	return dirs
}

// gone asks the kernel for the proof: a directory can be removed only when
// nothing lives in it.
func (c *cgroup) gone() bool {
	if c.removed {
		return true
	}
	c.oom = c.oom || c.readOOM()
	return c.remove()
}

func (c *cgroup) clear(bool) []int {
	deadline := time.Now().Add(huntTime)
	for pause := huntPause; !c.gone(); pause = min(2*pause, 16*huntPause) {
		if time.Now().After(deadline) {
			return c.members()
		}
		c.kill()
		if pause > huntPause { // no more than a moment is needed by who was reached
			c.killEach()
		}
		wait(pause)
	}
	return nil
}

// remove removes the directory and those below it. It reports whether it is
// gone.
func (c *cgroup) remove() bool {
	err := unix.Rmdir(c.dir)
	if err == unix.EBUSY {
		dirs := descend(c.dir)
		for i := len(dirs) - 1; i >= 0; i-- {
			err = unix.Rmdir(dirs[i])
		}
	}
	c.removed = err == nil || err == unix.ENOENT
	return c.removed
}

func (c *cgroup) outOfMemory() bool { return c.oom }

func (c *cgroup) release() {
	c.joined()      // if the child was never started
	if !c.removed { // the same, or not all of it died
		c.remove()
	}
	self.leave(c.tree)
}
