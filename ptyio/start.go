package ptyio

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"brood/ptyio/internal/tree"
)

// How often a program file that is open for writing is tried again: 200 ms in
// all. The writer is mostly a fork of this very program that has not come to
// its exec yet: Go issue 22315.
const (
	busyTries = 40
	busyPause = 5 * time.Millisecond
)

// start runs cmd with std as its descriptors 0, 1 and 2; std[0] becomes the
// controlling terminal if terminal is set. atEnd, if not nil, is called after
// the child was reaped. The error is a *StartError.
func start(cmd Command, std [3]*os.File, terminal bool, atEnd func()) (*child, error) {
	if err := cmd.check(); err != nil {
		return nil, &StartError{Path: cmd.Path, Err: err}
	}
	path, err := find(cmd.Path)
	if err != nil {
		return nil, &StartError{Path: cmd.Path, Err: err}
	}
	t, err := startPatiently(tree.Spec{
		Path:     path,
		Argv:     append([]string{cmd.Path}, cmd.Args...),
		Env:      cmd.environ(os.Environ()),
		Dir:      cmd.Dir,
		Files:    append(std[:], cmd.Files...),
		Terminal: terminal,
		Require:  cmd.Containment.Require,
		Limit:    cmd.Containment.Limit,
		Detached: cmd.Detached,
		Settings: cmd.settings(),
	})
	var level *tree.LevelError
	var setting *tree.SettingError
	switch {
	case errors.As(err, &level):
		err := &ContainmentError{Required: level.Required, Available: level.Available, Err: level.Err}
		return nil, &StartError{Path: path, Err: err}
	case errors.As(err, &setting):
		return nil, &StartError{Path: path, Err: settingError(setting)}
	case err != nil:
		return nil, diagnose(path, cmd.Dir, err)
	}
	return newChild(cmd, t, atEnd), nil
}

func startPatiently(spec tree.Spec) (*tree.Tree, error) {
	for try := 0; ; try++ {
		t, err := tree.Start(spec)
		if !errors.Is(err, errTextBusy) || try == busyTries {
			return t, err
		}
		pause := time.NewTimer(busyPause)
		<-pause.C
	}
}

// find looks a bare name up in PATH. What has a separator is left to the
// operating system, which takes it relative to the child's directory.
func find(path string) (string, error) {
	if filepath.Base(path) != path {
		return path, nil
	}
	found, err := exec.LookPath(path)
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("%w: %w", exec.ErrNotFound, fs.ErrNotExist)
	}
	var lookup *exec.Error // its text would name the program again
	if errors.As(err, &lookup) {
		err = lookup.Err
	}
	return found, err
}

// diagnose finds out what a start error is about. The system call reports one
// number for the directory, the program and the interpreter of a script alike.
func diagnose(path, dir string, err error) *StartError {
	if dir != "" {
		// With the "." it fails also where the directory may not be entered.
		if _, dirErr := os.Stat(dir + string(os.PathSeparator) + "."); dirErr != nil {
			return &StartError{Path: path, Dir: dir, Err: bare(dirErr)}
		}
	}
	err = bare(err)
	file := path
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	info, statErr := os.Stat(file)
	switch {
	case statErr == nil && info.IsDir() && errors.Is(err, fs.ErrPermission):
		err = syscall.EISDIR
	case statErr == nil && errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("its interpreter: %w", err)
	}
	return &StartError{Path: path, Err: err}
}
