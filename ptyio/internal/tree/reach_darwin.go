package tree

import (
	"errors"
	"fmt"
	"os"
)

// cgroupBase is where there are no cgroups.
type cgroupBase struct{ dir string }

func (cgroupBase) remove() {}

// sweeps are where there are no marks.
type sweeps struct{}

var errNoLevels = errors.New("macOS has neither cgroups nor a way to read marks")

func probe(string) (abilities, error) {
	return abilities{name: fmt.Sprintf("0-%d-0-0", os.Getpid()), level: LevelGroup, why: errNoLevels}, nil
}

func (o *owner) reachOf(t *Tree, _ uint64, spec *Spec) (reach, error) {
	return group{tree: t}, spec.Cgroup.unavailable()
}

func (l CgroupLimits) unavailable() error {
	if l == (CgroupLimits{}) {
		return nil
	}
	return &SettingError{Setting: "cgroup limits", Err: errors.ErrUnsupported}
}
