package ptyiotest

import (
	"errors"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func TestStartRefuses(t *testing.T) {
	none := func(*Child) int { return 0 }
	set := func(name, value string) ptyio.Env { return ptyio.Env{Set: map[string]string{name: value}} }
	cause := errors.New("not today")
	own := &ptyio.StartError{Path: "elsewhere", Err: cause}
	for _, test := range []struct {
		name      string
		transport Scripted
		cmd       ptyio.Command
		target    error
		text      string
	}{
		{"no Main", Scripted{}, ptyio.Command{Path: "a"}, syscall.EINVAL,
			"ptyio: start a: no Main in the Scripted transport: invalid argument"},
		{"no path", Scripted{Main: none}, ptyio.Command{}, syscall.EINVAL,
			"ptyio: start : no program named: invalid argument"},
		{"NUL in the directory", Scripted{Main: none}, ptyio.Command{Path: "a", Dir: "b\x00"}, syscall.EINVAL, ""},
		{"NUL in a value", Scripted{Main: none}, ptyio.Command{Path: "a", Env: set("A", "\x00")}, syscall.EINVAL, ""},
		{"= in a name", Scripted{Main: none}, ptyio.Command{Path: "a", Env: set("A=", "")}, syscall.EINVAL, ""},
		{"no file", Scripted{Main: none}, ptyio.Command{Path: "a", Files: []*os.File{nil}}, syscall.EINVAL, ""},
		{"cause of Refuse", Scripted{Main: none, Refuse: func(ptyio.Command) error { return cause }},
			ptyio.Command{Path: "a"}, cause, "ptyio: start a: not today"},
		{"StartError of Refuse", Scripted{Main: none, Refuse: func(ptyio.Command) error { return own }},
			ptyio.Command{Path: "a"}, own, "ptyio: start elsewhere: not today"},
		{"level", Scripted{Main: none, Level: ptyio.LevelGroup},
			ptyio.Command{Path: "a", Containment: ptyio.Containment{Require: ptyio.LevelMarks}}, ptyio.ErrContainment,
			"ptyio: start a: containment marks required, group (weak) available: the Scripted transport says so"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn, err := test.transport.Start(test.cmd)
			assert.Nil(t, conn)
			var start *ptyio.StartError
			require.ErrorAs(t, err, &start)
			assert.ErrorIs(t, err, test.target)
			if test.text != "" {
				assert.EqualError(t, err, test.text)
			}
		})
	}
}

func TestChildSeesItsCommand(t *testing.T) {
	t.Setenv("PTYIOTEST_INHERITED", "x")
	t.Setenv("BROOD_SECRET", "x")
	t.Setenv("PWD", "/")
	var got *Child
	cmd := ptyio.Command{
		Path: "a", Args: []string{"b"}, Dir: "/tmp",
		Env: ptyio.Env{Set: map[string]string{"PTYIOTEST_SET": "a=b"}},
	}
	inBubble(t, Scripted{Main: func(c *Child) int { got = c; return 0 }}, cmd, func(t *testing.T, conn ptyio.Conn) {
		conn.Wait()
		assert.Equal(t, cmd, got.Command)
		assert.Equal(t, "x", got.Getenv("PTYIOTEST_INHERITED"))
		assert.Equal(t, "a=b", got.Getenv("PTYIOTEST_SET"))
		assert.Equal(t, "/tmp", got.Getenv("PWD"))
		assert.Empty(t, got.Getenv("BROOD_SECRET"))
		assert.True(t, slices.IsSorted(got.Env))
		assert.Equal(t, ptyio.LevelCgroup, conn.Level())
		assert.Greater(t, conn.PID(), 1<<22, "Linux's greatest")
	})
}

func TestInTurn(t *testing.T) {
	code := func(n int) func(*Child) int { return func(*Child) int { return n } }
	transport := Scripted{Main: InTurn(code(1), code(2), code(3))}
	for _, want := range []int{1, 2, 3, 3} {
		conn, err := transport.Start(ptyio.Command{Path: "child"})
		require.NoError(t, err)
		exit, err := conn.Wait()
		require.NoError(t, err)
		assert.Equal(t, want, exit.Code)
		assert.NoError(t, conn.Close())
	}
}
