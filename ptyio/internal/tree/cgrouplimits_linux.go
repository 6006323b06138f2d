package tree

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cpuPeriod is the period of cpu.max in microseconds: the kernel's own default.
const cpuPeriod = 100_000

// settings returns what is to be written, by controller.
func (l CgroupLimits) settings() map[string][2]string {
	s := map[string][2]string{}
	if l.MemoryBytes > 0 {
		s["memory"] = [2]string{"memory.max", strconv.FormatInt(l.MemoryBytes, 10)}
	}
	if l.Processes > 0 {
		s["pids"] = [2]string{"pids.max", strconv.Itoa(l.Processes)}
	}
	if l.CPUPercent > 0 {
		s["cpu"] = [2]string{"cpu.max", fmt.Sprintf("%d %d", l.CPUPercent*cpuPeriod/100, cpuPeriod)}
	}
	return s
}

// unavailable is the error of limits where there are no cgroups to set them on.
func (l CgroupLimits) unavailable() error {
	if l == (CgroupLimits{}) {
		return nil
	}
	return &SettingError{Setting: "cgroup limits", Err: fmt.Errorf("no cgroup of its own: %w", errors.ErrUnsupported)}
}

// limit sets the limits on the directory.
func (c *cgroup) limit(limits CgroupLimits) error {
	c.limits = limits
	for controller, setting := range limits.settings() {
		if err := c.base.enable(controller); err != nil {
			return &SettingError{Setting: "cgroup " + setting[0], Err: err}
		}
		if err := c.write(setting[0], setting[1]); err != nil {
			return &SettingError{Setting: "cgroup " + setting[0], Err: err}
		}
	}
	if limits.MemoryBytes > 0 {
		_ = c.write("memory.oom.group", "1") // all or none: a tree that lost one process is of no use
	}
	return nil
}

// enable turns a controller on for the trees' directories. That needs it to be
// on for the base, and so in the cgroup of the owner, which is possible only
// where the owner is not itself inside that (cgroups(7), no internal processes).
func (b cgroupBase) enable(controller string) error {
	for _, dir := range []string{filepath.Dir(b.dir), b.dir} {
		has, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
		if err != nil {
			return err
		}
		if !contains(string(has), controller) {
			return fmt.Errorf("no %s controller in %s: %w", controller, dir, errors.ErrUnsupported)
		}
		on, err := os.ReadFile(filepath.Join(dir, "cgroup.subtree_control"))
		if err == nil && !contains(string(on), controller) {
			err = os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte("+"+controller), 0)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", err, errors.ErrUnsupported)
		}
	}
	return nil
}

func contains(list, word string) bool {
	for field := range strings.FieldsSeq(list) {
		if field == word {
			return true
		}
	}
	return false
}

// readOOM reports whether the kernel killed a member because of the limit.
func (c *cgroup) readOOM() bool {
	if c.limits.MemoryBytes == 0 {
		return false
	}
	content, _ := os.ReadFile(filepath.Join(c.dir, "memory.events"))
	for line := range strings.Lines(string(content)) {
		name, count, _ := strings.Cut(strings.TrimSpace(line), " ")
		if (name == "oom_kill" || name == "oom_group_kill") && count != "0" {
			return true
		}
	}
	return false
}
