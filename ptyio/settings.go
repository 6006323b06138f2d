package ptyio

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"brood/ptyio/internal/tree"
)

// settings are what the child does to itself before it becomes the program.
func (c Command) settings() tree.Settings {
	s := tree.Settings{
		Nice:            c.Nice,
		NoNewPrivileges: c.NoNewPrivileges,
		Cgroup:          tree.CgroupLimits(c.Cgroup),
	}
	if c.User != nil {
		user := tree.User(*c.User)
		s.User = &user
	}
	if c.Umask != nil {
		mask := uint32(*c.Umask)
		s.Umask = &mask
	}
	for _, r := range slices.Sorted(maps.Keys(c.Limits)) {
		l := c.Limits[r]
		s.Rlimits = append(s.Rlimits, tree.Rlimit{Resource: rlimits[r-1].number, Soft: l.Soft, Hard: l.Hard})
	}
	return s
}

// checkSettings returns the first fault of the settings.
func (c Command) checkSettings() error {
	switch {
	case c.User != nil && (c.User.UID == 0 || c.User.GID == 0):
		return fmt.Errorf("user %d, group %d: neither may be root: %w", c.User.UID, c.User.GID, errInvalid)
	case c.Umask != nil && *c.Umask&^fs.ModePerm != 0:
		return fmt.Errorf("umask %#o: %w", uint32(*c.Umask), errInvalid)
	case c.Nice < -40 || c.Nice > 39:
		return fmt.Errorf("niceness %+d: %w", c.Nice, errInvalid)
	case c.Cgroup.MemoryBytes < 0 || c.Cgroup.Processes < 0 || c.Cgroup.CPUPercent < 0:
		return fmt.Errorf("negative cgroup limit: %w", errInvalid)
	case c.Detached && c.Containment.Require > LevelGroup:
		return fmt.Errorf("detached, and containment of level %s required: %w", c.Containment.Require, errInvalid)
	}
	for r, l := range c.Limits {
		if r < 1 || int(r) > len(rlimits) {
			return fmt.Errorf("no resource %d: %w", r, errInvalid)
		}
		if l.Soft > l.Hard {
			return fmt.Errorf("limit of %s: soft %d is above hard %d: %w", r, l.Soft, l.Hard, errInvalid)
		}
	}
	return nil
}

// String returns the resource in words.
func (r Resource) String() string {
	if r < 1 || int(r) > len(rlimits) {
		return "unknown resource"
	}
	return rlimits[r-1].name
}

// SettingError says which of a Command's settings (User, Umask, Nice, Limits,
// Cgroup, NoNewPrivileges) could not be made. Nothing ran. It matches
// ErrUnsupported if the platform has no such thing, and fs.ErrPermission if the
// owner may not.
type SettingError struct {
	// Setting names it: "user", "limit of open files".
	Setting string
	// Err is the cause.
	Err error
}

// Error names the setting and the cause.
func (e *SettingError) Error() string { return "set " + e.Setting + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *SettingError) Unwrap() error { return e.Err }

func settingError(err *tree.SettingError) error {
	setting, cause := err.Setting, err.Err
	for _, r := range rlimits {
		if setting == fmt.Sprint("limit ", r.number) {
			setting = "limit of " + r.name
		}
	}
	if errors.Is(cause, errors.ErrUnsupported) && !errors.Is(cause, ErrUnsupported) {
		cause = fmt.Errorf("%w: %w", cause, ErrUnsupported)
	}
	return &SettingError{Setting: setting, Err: cause}
}
