package ptyiotest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"

	"brood/ptyio"
)

// Scripted is a transport to children that are calls of a function in this
// process. No process is started, and nothing outside this program is touched.
// Main is required.
type Scripted struct {
	// Main is the child. Each Start calls it on a goroutine of its own. What it
	// returns is the exit code, of which, as in a process, the lowest 8 bits
	// count. It may be called many times at once.
	Main func(c *Child) int
	// Refuse is asked at each Start; an error makes it fail, with that error if
	// it is a *ptyio.StartError and else as the cause of one. Nil refuses none.
	Refuse func(cmd ptyio.Command) error
	// Terminal connects stdin, stdout and stderr with a terminal, as far as it
	// can be seen from outside: there is no Stderr, Resize works, and CloseStdin
	// makes one read of the child end, after which it may read on. There is no
	// line discipline: no echo, no line editing, no \r before \n, and Ctrl-C is
	// a byte.
	Terminal bool
	// Size is the terminal's size at the start. Zero rows mean 24, zero columns
	// 80.
	Size ptyio.Size
	// Level is what Conn.Level tells. A Command that requires more fails to
	// start. Zero means LevelCgroup: a function starts no process that could
	// escape.
	Level ptyio.Level
}

var _ ptyio.Transport = Scripted{}

// InTurn returns a Main that is first in its first call, and so on; the last one
// is also that of all further calls. It is for children that are restarted.
func InTurn(first func(c *Child) int, others ...func(c *Child) int) func(c *Child) int {
	mains := append([]func(c *Child) int{first}, others...)
	var calls atomic.Int64
	return func(c *Child) int {
		turn := min(calls.Add(1), int64(len(mains)))
		return mains[turn-1](c)
	}
}

// Start checks cmd, as far as it can be wrong without a file system, and calls
// Main. It starts two goroutines: Main's, which ends when Main returns, and one
// that ends with the child.
func (s Scripted) Start(cmd ptyio.Command) (ptyio.Conn, error) {
	files, err := s.admit(cmd)
	if err != nil {
		var start *ptyio.StartError
		if errors.As(err, &start) {
			return nil, err
		}
		return nil, &ptyio.StartError{Path: cmd.Path, Err: err}
	}
	l := newLife(s.Terminal, s.size(), files)
	c := newChild(l, cmd)
	go c.run(s.Main)
	return newConn(s, l, cmd), nil
}

// admit returns the child's own files, or why it can not be started.
func (s Scripted) admit(cmd ptyio.Command) ([]*os.File, error) {
	if s.Main == nil {
		return nil, fmt.Errorf("no Main in the Scripted transport: %w", syscall.EINVAL)
	}
	if err := faultOf(cmd); err != nil {
		return nil, err
	}
	if level := s.level(); cmd.Containment.Require > level {
		return nil, &ptyio.ContainmentError{
			Required: cmd.Containment.Require, Available: level, Err: errors.New("the Scripted transport says so"),
		}
	}
	if s.Refuse != nil {
		if err := s.Refuse(cmd); err != nil {
			return nil, err
		}
	}
	return duplicate(cmd.Files)
}

func (s Scripted) level() ptyio.Level {
	if s.Level == 0 {
		return ptyio.LevelCgroup
	}
	return s.Level
}

func (s Scripted) size() ptyio.Size {
	size := s.Size
	if size.Rows == 0 {
		size.Rows = 24
	}
	if size.Cols == 0 {
		size.Cols = 80
	}
	return size
}

// faultOf returns the first fault that is the command's own.
func faultOf(cmd ptyio.Command) error {
	if cmd.Path == "" {
		return fmt.Errorf("no program named: %w", syscall.EINVAL)
	}
	texts := append([]string{cmd.Path, cmd.Dir}, cmd.Args...)
	for name, value := range cmd.Env.Set {
		if name == "" || strings.Contains(name, "=") {
			return fmt.Errorf("bad name of environment variable %q: %w", name, syscall.EINVAL)
		}
		texts = append(texts, name, value)
	}
	for _, text := range texts {
		if strings.IndexByte(text, 0) >= 0 {
			return fmt.Errorf("NUL byte in %q: %w", text, syscall.EINVAL)
		}
	}
	for i, f := range cmd.Files {
		if f == nil {
			return fmt.Errorf("no file for descriptor %d: %w", i+3, syscall.EINVAL)
		}
	}
	return nil
}

// environ is the child's environment, made from that of this program. As for a
// process, an inherited PWD names Dir.
func environ(cmd ptyio.Command) []string {
	environ := cmd.Env.Environ(os.Environ())
	if _, set := cmd.Env.Set["PWD"]; set || cmd.Dir == "" {
		return environ
	}
	for i, entry := range environ {
		if dir, err := filepath.Abs(cmd.Dir); err == nil && strings.HasPrefix(entry, "PWD=") {
			environ[i] = "PWD=" + dir
		}
	}
	return environ
}
