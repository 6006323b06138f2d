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

func startPatiently(spec tree.Spec) (*tree.Tree, error) {
	for try := 0; ; try++ {
		t, err := tree.Start(spec)
		if !errors.Is(err, ErrTextBusy) || try == busyTries {
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
		if forbidden := findForbidden(path); forbidden != "" {
			return "", fmt.Errorf("%s: %w", onOneLine(forbidden), syscall.EACCES)
		}
		return "", fmt.Errorf("%w: %w", exec.ErrNotFound, fs.ErrNotExist)
	}
	var lookup *exec.Error // its text would name the program again
	if errors.As(err, &lookup) {
		err = lookup.Err
	}
	return found, err
}

// findForbidden returns the file in PATH that would have been the program name
// if it were executable, or "".
func findForbidden(name string) string {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
	}
	return ""
}

// checkNames tells a NUL byte in the path from one in the directory.
func (c Command) checkNames() error {
	if hasNUL(c.Path) {
		return &StartError{Path: c.Path, Err: fmt.Errorf("NUL byte in the path: %w", errInvalid)}
	}
	if hasNUL(c.Dir) {
		return &StartError{Path: c.Path, Dir: c.Dir, Err: fmt.Errorf("NUL byte in it: %w", errInvalid)}
	}
	return nil
}

// startError puts what package tree says into this package's words.
func startError(path, dir string, err error) *StartError {
	var level *tree.LevelError
	var setting *tree.SettingError
	var setup *tree.SetupError
	var directory *tree.DirError
	switch {
	case errors.As(err, &directory):
		return &StartError{Path: path, Dir: dir, Err: directory.Err}
	case errors.As(err, &level):
		return &StartError{Path: path, Err: &ContainmentError{Required: level.Required, Available: level.Available, Err: level.Err}}
	case errors.As(err, &setting):
		return &StartError{Path: path, Err: settingError(setting)}
	case errors.As(err, &setup):
		return &StartError{Path: path, Err: setup}
	}
	return diagnose(path, dir, err)
}

// diagnose finds out what a start error is about. The system call reports one
// number for the directory, the program and the interpreter of a script alike.
func diagnose(path, dir string, err error) *StartError {
	err = bare(err)
	if dirErr := checkDir(path, dir, err); dirErr != nil {
		if dir == "" {
			dir = "."
		}
		return &StartError{Path: path, Dir: dir, Err: bare(dirErr)}
	}
	file := path
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	info, statErr := os.Stat(file)
	switch {
	case statErr != nil:
	case info.IsDir() && errors.Is(err, fs.ErrPermission):
		err = syscall.EISDIR
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission) && info.Mode().IsRegular() && badInterpreter(file, dir):
		err = interpreterError(file, err)
	}
	return &StartError{Path: path, Err: err}
}

// checkDir returns what is wrong with the child's working directory, if
// anything is. The owner's own is of interest only if the path depends on it: a
// child may well be started in a directory that was deleted.
func checkDir(path, dir string, err error) error {
	if dir != "" {
		// With the "." it fails also where the directory may not be entered.
		_, err := os.Stat(dir + string(os.PathSeparator) + ".")
		return err
	}
	if filepath.IsAbs(path) || !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	_, err = syscall.Getwd() // os.Stat finds also a deleted one
	return err
}
