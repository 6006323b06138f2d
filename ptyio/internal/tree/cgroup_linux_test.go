package tree

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	hybridMounts = `30 22 0:27 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
31 30 0:28 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
40 30 0:37 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`
	unifiedMounts = `30 22 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
`
	containerMounts = `99 22 0:27 /docker/abc /my\040place/cgroup ro,relatime - cgroup2 cgroup rw
`
)

func TestCgroupMount(t *testing.T) {
	for _, test := range []struct{ name, mounts, mount, root string }{
		{"hybrid", hybridMounts, "/sys/fs/cgroup/unified", "/"},
		{"unified", unifiedMounts, "/sys/fs/cgroup", "/"},
		{"a part, in a place with a space", containerMounts, "/my place/cgroup", "/docker/abc"},
	} {
		t.Run(test.name, func(t *testing.T) {
			mount, root, ok := cgroupMount([]byte(test.mounts))
			assert.True(t, ok)
			assert.Equal(t, test.mount, mount)
			assert.Equal(t, test.root, root)
		})
	}
	_, _, ok := cgroupMount([]byte("31 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"))
	assert.False(t, ok, "version 1 alone")
}

func TestCgroupPath(t *testing.T) {
	for text, want := range map[string]string{
		"9:name=systemd:/\n0::/user.slice/x\n": "/user.slice/x",
		"0::/\n":                               "/",
		"0::/gone (deleted)\n":                 "/gone",
	} {
		path, ok := cgroupPath([]byte(text))
		assert.True(t, ok)
		assert.Equal(t, want, path)
	}
	_, ok := cgroupPath([]byte("4:memory:/x\n"))
	assert.False(t, ok)
}

func TestCgroupLimitSettings(t *testing.T) {
	assert.Equal(t, map[string][2]string{
		"memory": {"memory.max", "1048576"},
		"pids":   {"pids.max", "10"},
		"cpu":    {"cpu.max", "150000 100000"},
	}, CgroupLimits{MemoryBytes: 1 << 20, Processes: 10, CPUPercent: 150}.settings())
	assert.Empty(t, CgroupLimits{}.settings())
	assert.NoError(t, CgroupLimits{}.unavailable())
	assert.ErrorIs(t, CgroupLimits{Processes: 1}.unavailable(), errors.ErrUnsupported)
}

// The files that the kernel would make, in a plain directory: what is written to
// them and read from them.
func TestLimitsOnADirectoryWithControllers(t *testing.T) {
	top := t.TempDir()
	base := cgroupBase{dir: filepath.Join(top, "base")}
	c := &cgroup{base: base, dir: filepath.Join(base.dir, "1"), fd: -1}
	require.NoError(t, os.MkdirAll(c.dir, 0o755))
	put := func(file, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(top, file), []byte(text), 0o644))
	}
	for _, dir := range []string{"", "base"} {
		put(filepath.Join(dir, "cgroup.controllers"), "cpu memory\n")
		put(filepath.Join(dir, "cgroup.subtree_control"), "cpu\n")
	}
	put("base/1/memory.max", "max\n")
	put("base/1/memory.oom.group", "0\n")

	require.NoError(t, c.limit(CgroupLimits{MemoryBytes: 4096}))

	for file, want := range map[string]string{
		"cgroup.subtree_control": "+memory", "base/cgroup.subtree_control": "+memory",
		"base/1/memory.max": "4096", "base/1/memory.oom.group": "1",
	} {
		got, err := os.ReadFile(filepath.Join(top, file))
		require.NoError(t, err)
		assert.Equal(t, want, string(got), file)
	}

	for events, want := range map[string]bool{
		"low 0\noom 1\noom_kill 1\n":                 true,
		"low 0\noom 0\noom_kill 0\noom_group_kill 0": false,
		"": false,
	} {
		put("base/1/memory.events", events)
		assert.Equal(t, want, c.readOOM(), events)
	}
	err := c.limit(CgroupLimits{Processes: 5})
	var setting *SettingError
	require.ErrorAs(t, err, &setting)
	assert.Equal(t, "cgroup pids.max", setting.Setting)
	assert.ErrorIs(t, err, errors.ErrUnsupported)
	c.limits = CgroupLimits{}
	put("base/1/memory.events", "oom_kill 1\n")
	assert.False(t, c.readOOM(), "not by a limit of ours")
}

func TestRemoveTakesNestedDirectoriesAway(t *testing.T) {
	can, err := probe("")
	require.NoError(t, err)
	if can.level < LevelCgroup {
		t.Skip(can.why)
	}
	dir, err := os.MkdirTemp(filepath.Dir(can.cgroups.dir), "brood-test")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "c"), 0o755))
	c := &cgroup{dir: dir, fd: -1}
	assert.Len(t, descend(dir), 4)
	assert.True(t, c.remove())
	assert.NoDirExists(t, dir)
	assert.True(t, c.remove(), "again")
}

// The cgroup that the probe found may be removed later, when this process has
// been moved to another one.
func TestBaseThatIsGoneIsLookedForAgain(t *testing.T) {
	tree := startHelper(t)
	defer func() {
		require.NoError(t, tree.Kill())
		_, err := await(tree)
		require.NoError(t, err)
	}()
	before := self.abilities()
	if before.level < LevelCgroup {
		t.Skip(before.why)
	}
	gone := before
	gone.cgroups.dir = "/sys/fs/cgroup/no-such-cgroup/base"
	self.can.Store(&gone)

	other := startHelper(t)

	assert.Equal(t, LevelCgroup, other.Level())
	assert.Equal(t, before.name, self.abilities().name)
	assert.Equal(t, before.cgroups.dir, self.abilities().cgroups.dir)
	require.NoError(t, other.Kill())
	_, err := await(other)
	require.NoError(t, err)
}

func TestWhatIsNotForgotten(t *testing.T) {
	assert.False(t, self.forget(&LevelError{Err: os.ErrPermission}))
	assert.False(t, self.forget(&SetupError{errors.New("something else")}))
	assert.False(t, self.forget(os.ErrNotExist), "that is the program")
	assert.False(t, self.stale.Load())
}

// A weakly contained child of an inner owner still belongs to the tree that the
// owner is in.
func TestOuterMarkIsHandedOn(t *testing.T) {
	t.Setenv(markName, "/1-2-3-4/5")
	tree, err := Start(Spec{
		Path: os.Args[0], Argv: os.Args[:1], Env: []string{helperName + "=1"}, Limit: LevelGroup,
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	require.NoError(t, err)
	assert.Equal(t, "/1-2-3-4/5", markOf(tree.PID()))
	require.NoError(t, tree.Kill())
	_, err = await(tree)
	require.NoError(t, err)
}
