package tests

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// scene is a log in which scribes note their starts (+) and orderly ends (-).
type scene struct {
	t   *testing.T
	rt  *runtime.Runtime
	log string
}

func newScene(t *testing.T) *scene {
	t.Helper()
	return &scene{t, newRuntime(t, runtime.Options{}), filepath.Join(t.TempDir(), "log")}
}

// scribe is a node of a tree that is ready when it has noted its start.
func (s *scene) scribe(id string, more ...string) runtime.Node {
	return runtime.Node{ID: id, Process: &runtime.ProcessSpec{
		Command: command(s.t, "scribe", append([]string{s.log, id}, more...)...), Protocol: runtime.Wire{},
	}}
}

func (s *scene) scribes(ids ...string) (nodes []runtime.Node) {
	for _, id := range ids {
		nodes = append(nodes, s.scribe(id))
	}
	return nodes
}

// grow starts a tree with short pauses.
func (s *scene) grow(tree runtime.Tree) *runtime.Supervisor {
	s.t.Helper()
	if tree.Backoff == (runtime.Backoff{}) {
		tree.Backoff = fast
	}
	sup, err := s.rt.Supervise(within(s.t, limit), tree)
	require.NoError(s.t, err)
	return sup
}

// crash kills a process of the tree.
func (s *scene) crash(sup *runtime.Supervisor, path string) {
	s.t.Helper()
	require.NoError(s.t, sup.Process(path).Signal(syscall.SIGKILL))
}

// noted waits until the log is as given.
func (s *scene) noted(want ...string) {
	s.t.Helper()
	var got []string
	assert.Eventually(s.t, func() bool { got = lines(s.t, s.log); return len(got) >= len(want) }, limit, soon)
	assert.Equal(s.t, want, got)
}

func (s *scene) state(sup *runtime.Supervisor, path, id string) runtime.ChildState {
	s.t.Helper()
	children, err := sup.List(within(s.t, limit), path)
	require.NoError(s.t, err)
	for _, c := range children {
		if c.ID == id {
			return c.State
		}
	}
	require.Fail(s.t, "no such child", id)
	return 0
}

func TestCase42TreeStopsInReverseOrderOfItsStart(t *testing.T) {
	s := newScene(t)
	s.grow(runtime.Tree{Children: []runtime.Node{
		s.scribe("a"),
		{ID: "inner", Tree: &runtime.Tree{Children: s.scribes("b", "c")}},
		s.scribe("d"),
	}})
	assert.Equal(t, []string{"+a", "+b", "+c", "+d"}, lines(t, s.log))
	require.NoError(t, s.rt.Shutdown(within(t, limit)))
	assert.Equal(t, []string{"+a", "+b", "+c", "+d", "-d", "-c", "-b", "-a"}, lines(t, s.log))
	r := s.rt.Report()
	assert.Len(t, r.Services, 1)
	assert.Len(t, r.Children, 4)
}

func TestWhatANodeNeedsStartsBeforeIt(t *testing.T) {
	s := newScene(t)
	a, b := s.scribe("a"), s.scribe("b")
	a.After = []string{"c"}
	b.After = []string{"a"}
	sup := s.grow(runtime.Tree{Parallel: 8, Children: []runtime.Node{b, a, s.scribe("c")}})
	assert.Equal(t, []string{"+c", "+a", "+b"}, lines(t, s.log))
	require.NoError(t, sup.Stop(within(t, limit)))
	assert.Equal(t, []string{"+c", "+a", "+b", "-b", "-a", "-c"}, lines(t, s.log))
}

func TestCase53WhoIsRestartedWithAFailure(t *testing.T) {
	for strategy, want := range map[runtime.Strategy][]string{
		runtime.OneForOne:  {"+b"},
		runtime.RestForOne: {"-d", "-c", "+b", "+c"},
		runtime.OneForAll:  {"-d", "-c", "-a", "+a", "+b", "+c"},
	} {
		t.Run(strategy.String(), func(t *testing.T) {
			s := newScene(t)
			nodes := s.scribes("a", "b", "c", "d")
			nodes[3].Restart = runtime.Temporary // with a sibling it ends, and is not started again
			sup := s.grow(runtime.Tree{Strategy: strategy, Children: nodes})
			before := sup.Process("a").OSPID()
			s.crash(sup, "b")
			s.noted(append([]string{"+a", "+b", "+c", "+d"}, want...)...)
			assert.Equal(t, strategy == runtime.OneForAll, sup.Process("a").OSPID() != before)
		})
	}
}

// Case 53: the attempt to start a sibling again fails, and is repeated: with all,
// or from the one that failed.
func TestCase53SiblingThatFailsToStartAgain(t *testing.T) {
	for strategy, want := range map[runtime.Strategy][]string{
		runtime.OneForAll:  {"-b", "+a", "+b", "-a", "+a", "+b"},
		runtime.RestForOne: {"-b", "+a", "+b", "+b"},
	} {
		t.Run(strategy.String(), func(t *testing.T) {
			s := newScene(t)
			sup := s.grow(runtime.Tree{
				Strategy: strategy, Intensity: 2, Period: time.Minute,
				Children: []runtime.Node{s.scribe("a"), s.scribe("b", "2")},
			})
			s.crash(sup, "a")
			s.noted(append([]string{"+a", "+b"}, want...)...)
			require.Eventually(t, func() bool { return s.state(sup, "", "b") == runtime.StateRunning }, limit, soon)
		})
	}
}

// OTP: a first start that fails ends those before, in reverse order, and the tree.
func TestTreeThatDoesNotStartLeavesNothing(t *testing.T) {
	s := newScene(t)
	broken := runtime.Node{ID: "broken", Process: &runtime.ProcessSpec{Command: runtime.Command{Path: "/no/such"}}}
	_, err := s.rt.Supervise(within(t, limit), runtime.Tree{Children: append(s.scribes("a", "b"), broken, s.scribe("c"))})
	var failed *runtime.StartFailedError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "broken", failed.ID)
	assert.Equal(t, actors.ReasonStartFailed, failed.Exit.Reason)
	assert.Equal(t, []string{"+a", "+b", "-b", "-a"}, lines(t, s.log))
	noChildren(t)
}

func TestPatientNodeIsTriedAgain(t *testing.T) {
	s := newScene(t)
	late := s.scribe("late", "1", "2")
	late.Patient = true
	sup := s.grow(runtime.Tree{Intensity: 5, Period: time.Minute, Children: []runtime.Node{late, s.scribe("b")}})
	s.noted("+late", "+late", "+late", "+b")
	assert.Equal(t, 2, sup.Process("late").Restarts())
}

func TestCase54EscalationToTheTreeAbove(t *testing.T) {
	for restart, want := range map[runtime.Restart][]string{
		runtime.Permanent: {"+a", "+b", "-a", "+a", "+b"},
		runtime.Transient: {"+a", "+b", "-a"},
	} {
		t.Run(restart.String(), func(t *testing.T) {
			s := newScene(t)
			sup := s.grow(runtime.Tree{Children: []runtime.Node{{ID: "inner", Restart: restart,
				Tree: &runtime.Tree{Period: time.Hour, Children: s.scribes("a", "b")}}}})
			s.crash(sup, "inner/b")
			s.noted(want...)
			state := runtime.StateRunning
			if restart == runtime.Transient {
				state = runtime.StateStopped
			}
			require.Eventually(t, func() bool { return s.state(sup, "", "inner") == state }, limit, soon)
			children, err := sup.List(within(t, limit), "")
			require.NoError(t, err)
			if restart == runtime.Transient {
				assert.ErrorIs(t, children[0].Exit.Err, actors.ErrGaveUp)
			}
		})
	}
}

func TestTheWholeStoryOfAGivingUp(t *testing.T) {
	s := newScene(t)
	never := runtime.Tree{Period: time.Hour, Children: s.scribes("a")}
	sup := s.grow(runtime.Tree{Name: "top", Period: time.Hour, Children: []runtime.Node{{ID: "inner", Tree: &never}}})
	s.crash(sup, "inner/a")
	err := sup.Wait(within(t, limit))
	assert.ErrorIs(t, err, actors.ErrGaveUp)
	assert.EqualError(t, err, `supervisor: "top" gave up: child inner: `+
		`gave up: supervisor: "inner" gave up: child a: signal: killed (limit: 0 restarts in 1h0m0s) (limit: 0 restarts in 1h0m0s)`)
}

func TestCase59SignificantNodes(t *testing.T) {
	for auto, ends := range map[runtime.AutoShutdown][]bool{
		runtime.AnySignificant: {true},
		runtime.AllSignificant: {false, true},
	} {
		t.Run(auto.String(), func(t *testing.T) {
			s := newScene(t)
			nodes := s.scribes("base", "x", "y")
			for i := range nodes[1:] {
				nodes[i+1].Restart, nodes[i+1].Significant = runtime.Temporary, true
			}
			sup := s.grow(runtime.Tree{AutoShutdown: auto, Children: nodes})
			for i, id := range []string{"x", "y"}[:len(ends)] {
				x := sup.Process(id)
				s.crash(sup, id)
				_, err := x.Wait(within(t, limit))
				require.NoError(t, err)
				if ends[i] {
					require.NoError(t, sup.Wait(within(t, limit)))
				} else {
					assert.Equal(t, runtime.StateRunning, s.state(sup, "", "base"))
				}
			}
			assert.Contains(t, lines(t, s.log), "-base")
		})
	}
}
