package ptyio

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Command says what to run. It is a value: starting it does not change it, and
// it can be started many times.
type Command struct {
	// Path is the program. Without a separator it is looked up in the owner's
	// PATH, and one that is found only relative to the current directory is
	// refused with exec.ErrDot. A relative path with a separator is relative
	// to Dir.
	Path string
	// Args are the arguments after the program's own name, which is Path.
	Args []string
	// Dir is the working directory; empty means the owner's.
	Dir string
	// Env says what the environment is; zero means the owner's, filtered.
	Env Env
	// Files become descriptors 3, 4, ... of the child, in blocking mode. The
	// caller keeps its own and closes them: one end of a pipe that the owner
	// keeps open never reads EOF. A nil entry is an error.
	Files []*os.File
}

// Shell returns the command that runs script in the POSIX shell. It is the only
// way to a shell here, because a shell runs whatever text it gets: never build
// script from input that you do not trust. Pass such input in Env.Set and
// write "$NAME" in the script.
func Shell(script string) Command {
	return Command{Path: "/bin/sh", Args: []string{"-c", script}}
}

// Name returns the base name of the program, for messages and telemetry: it
// tells what runs and has few different values.
func (c Command) Name() string {
	if c.Path == "" {
		return ""
	}
	return filepath.Base(c.Path)
}

// check returns the first fault that the operating system would report as a
// bare "invalid argument", or not at all.
func (c Command) check() error {
	if c.Path == "" {
		return fmt.Errorf("no program named: %w", syscall.EINVAL)
	}
	if hasNUL(c.Path) || hasNUL(c.Dir) {
		return fmt.Errorf("NUL byte in the path or directory: %w", syscall.EINVAL)
	}
	for i, arg := range c.Args {
		if hasNUL(arg) {
			return fmt.Errorf("NUL byte in argument %d: %w", i+1, syscall.EINVAL)
		}
	}
	for i, f := range c.Files {
		if f == nil {
			return fmt.Errorf("no file for descriptor %d: %w", i+3, syscall.EINVAL)
		}
	}
	return c.Env.check()
}

// environ is the child's environment. An inherited PWD is set to Dir, because
// it would name the owner's directory.
func (c Command) environ(owner []string) []string {
	environ := c.Env.Environ(owner)
	if c.Dir == "" || c.Env.sets("PWD") {
		return environ
	}
	for i, entry := range environ {
		if dir, err := filepath.Abs(c.Dir); err == nil && strings.HasPrefix(entry, "PWD=") {
			environ[i] = "PWD=" + dir
		}
	}
	return environ
}

func hasNUL(s string) bool { return strings.IndexByte(s, 0) >= 0 }
