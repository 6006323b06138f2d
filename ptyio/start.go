package ptyio

import (
	"os"

	"brood/ptyio/internal/tree"
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
	if err != nil {
		return nil, startError(path, cmd.Dir, err)
	}
	return newChild(cmd, t, atEnd), nil
}
