package ptyio

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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
	// Dir is the working directory; empty means the owner's. The child enters it as
	// User, who must be allowed to: else nothing runs, and the StartError names it.
	Dir string
	// Env says what the environment is; zero means the owner's, filtered.
	Env Env
	// Files become descriptors 3, 4, ... of the child, in blocking mode. The
	// caller keeps its own and closes them: one end of a pipe that the owner
	// keeps open never reads EOF. A nil entry is an error.
	Files []*os.File

	// Containment says how much of what the child starts is reached. Zero means
	// as much as the machine allows.
	Containment Containment
	// Detached lets the child, and what it starts, outlive its owner: it is at
	// LevelGroup, nothing is killed when it ends, Conn.Close leaves it running,
	// and so does the owner's death. Signal, Kill and Stop work.
	Detached bool

	// User is whom the child runs as; it needs an owner who may change that
	// (root). Dir and the program are reached with that user's rights. Nil: the
	// owner's user and groups.
	User *User
	// Umask is the child's file mode creation mask. Nil: the owner's.
	Umask *fs.FileMode
	// Nice is added to the owner's niceness: 1 to 39 run the child at lower
	// priority; less than zero needs privilege. Zero: the owner's.
	Nice int
	// Limits bound the child's own use of resources. A resource that is not
	// named keeps the owner's limit; of descriptors the one that the owner was
	// started with.
	Limits map[Resource]Limit
	// Cgroup bounds what the child and its descendants use together.
	Cgroup CgroupLimits
	// NoNewPrivileges takes from the child, and from all that it starts, the way
	// to more rights than it has: set-user-ID programs run with its own
	// (prctl(2), PR_SET_NO_NEW_PRIVS). Linux only.
	NoNewPrivileges bool
}

// Shell returns the command that runs script in the POSIX shell. It is the only
// way to a shell here, because a shell runs whatever text it gets: never build
// script from input that you do not trust. Pass such input in Env.Set and
// write "$NAME" in the script.
func Shell(script string) Command {
	return Command{Path: "/bin/sh", Args: []string{"-c", script}}
}

// Name returns the base name of the program, for messages and telemetry: it
// tells what runs and has few different values. A name with characters that do not
// print is quoted as in Go.
func (c Command) Name() string {
	if c.Path == "" {
		return ""
	}
	return onOneLine(filepath.Base(c.Path))
}

// check returns the first fault that the operating system would report as a
// bare "invalid argument", or not at all.
func (c Command) check() error {
	if c.Path == "" {
		return fmt.Errorf("no program named: %w", errInvalid)
	}
	if hasNUL(c.Path) || hasNUL(c.Dir) {
		return fmt.Errorf("NUL byte in the path or directory: %w", errInvalid)
	}
	for i, arg := range c.Args {
		if hasNUL(arg) {
			return fmt.Errorf("NUL byte in argument %d: %w", i+1, errInvalid)
		}
	}
	for i, f := range c.Files {
		if f == nil {
			return fmt.Errorf("no file for descriptor %d: %w", i+3, errInvalid)
		}
	}
	return multiCheck(c.Containment.check, c.checkSettings, c.Env.check)
}

// multiCheck returns the first fault that one of the checks finds.
func multiCheck(checks ...func() error) error {
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
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
