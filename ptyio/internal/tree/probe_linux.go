package tree

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// probeName is what the child of a probe is called.
const probeName = "brood-probe"

var errNoProc = errors.New("this process is not found in /proc")

// probe finds out, with a real child, which levels this machine allows. The error
// says that not even the weaker of them could be tried. The name is this process's
// as an owner, if it has one already.
func probe(name string) (abilities, error) {
	if name == "" {
		name = ownName()
	}
	can := abilities{name: name, outer: os.Getenv(markName), level: LevelGroup, maxPID: maxPID()}
	executable, err := ownExecutable()
	if can.name == "" {
		err = errNoProc
	}
	if err != nil {
		can.why = err
		return can, nil
	}
	dir, noCgroup := findCgroup(name)
	if noCgroup == nil {
		for _, direct := range []bool{true, false} {
			base := cgroupBase{dir: dir, direct: direct}
			if noCgroup = can.probeCgroup(executable, base); noCgroup == nil {
				can.level, can.cgroups = LevelCgroup, base
				return can, nil
			}
		}
		_ = unix.Rmdir(dir)
	}
	noMarks := can.probeMarks(executable)
	if noMarks == nil {
		can.level = LevelMarks
	}
	can.why = errors.Join(noCgroup, noMarks)
	return can, noMarks
}

// probeCgroup puts a child into a directory and kills it through that.
func (can abilities) probeCgroup(executable string, base cgroupBase) error {
	c, err := base.open(0, &Tree{}, CgroupLimits{})
	if err != nil {
		return err
	}
	defer c.discard()
	spec := Spec{Path: executable, Argv: []string{probeName}, Env: can.helperEnviron()}
	child, err := startProbe(spec, c)
	if err != nil {
		return fmt.Errorf("start a child in %s: %w", c.dir, err)
	}
	defer child.end()
	if !child.lives() {
		return fmt.Errorf("a child in %s died at once", c.dir)
	}
	if !slices.Contains(c.members(), child.pid) {
		return fmt.Errorf("a child did not get into %s", c.dir)
	}
	if err := c.write("cgroup.kill", "1"); err != nil {
		return err
	}
	if status := child.end(); status.Signal() != unix.SIGKILL {
		return fmt.Errorf("cgroup.kill in %s has no effect", c.dir)
	}
	if left := c.clear(false); len(left) > 0 {
		return fmt.Errorf("%s cannot be removed", c.dir)
	}
	return nil
}

// discard removes the directory of a probe.
func (c *cgroup) discard() {
	c.joined()
	c.remove()
}

// probeMarks reads the mark of a child.
func (can abilities) probeMarks(executable string) error {
	mark := extendMark(can.outer, can.name, 0)
	child, err := startProbe(Spec{Path: executable, Argv: []string{probeName}, Env: []string{markName + "=" + mark}}, unreached{})
	if err != nil {
		return fmt.Errorf("start a child: %w", err)
	}
	defer child.end()
	if !child.lives() {
		return errors.New("a child died at once")
	}
	if markOf(child.pid) != mark {
		return errors.New("the environment of a child cannot be read in /proc")
	}
	if last, err := lastPID(); err != nil || last <= 0 {
		return fmt.Errorf("the last process id cannot be read: %w", err)
	}
	return nil
}

// probed is the child of a probe. It says a byte, and lives until it is killed
// or the owner is gone.
type probed struct {
	pid       int
	said, bye *os.File
	reaped    bool
	status    syscall.WaitStatus
}

func startProbe(spec Spec, r reach) (*probed, error) {
	said, theirOut, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirOut.Close()
	theirIn, bye, err := os.Pipe()
	if err != nil {
		said.Close()
		return nil, err
	}
	defer theirIn.Close()
	spec.Files = []*os.File{theirIn, theirOut}
	p := &probed{said: said, bye: bye}
	if p.pid, err = launch(spec, r, nil); err != nil {
		said.Close()
		bye.Close()
		return nil, err
	}
	return p, nil
}

// lives reports whether the child runs: it has said its byte.
func (p *probed) lives() bool {
	n, _ := p.said.Read(make([]byte, 1))
	return n == 1
}

// end makes the child end, if it has not, and reaps it.
func (p *probed) end() syscall.WaitStatus {
	if p.reaped {
		return p.status
	}
	p.bye.Close()
	_ = wait4(p.pid, &p.status, nil)
	p.said.Close()
	p.reaped = true
	return p.status
}

// probeMain is the child.
func probeMain() {
	_, _ = os.Stdout.Write([]byte{1})
	_, _ = os.Stdin.Read(make([]byte, 1))
}

// maxPID returns the highest process id that is given out.
func maxPID() int {
	content, err := os.ReadFile(filepath.Join("/proc/sys/kernel", "pid_max"))
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(content)))
	return n
}
