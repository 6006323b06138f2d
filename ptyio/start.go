package ptyio

import (
	"os"

	"brood/ptyio/internal/tree"
)

// origin is how a child comes to be. The zero value is by executing its program.
type origin struct {
	// terminal makes descriptor 0 the controlling terminal.
	terminal bool
	// atEnd, if not nil, is called after the child was reaped.
	atEnd func()
	// zygote, if not nil, forks the child; there is no program then.
	zygote *tree.Zygote
}

// start runs cmd with std as its descriptors 0, 1 and 2. The error is a
// *StartError.
func start(cmd Command, std [3]*os.File, from origin) (*child, error) {
	if err := cmd.check(); err != nil {
		return nil, &StartError{Path: cmd.Path, Err: err}
	}
	path := cmd.Path
	if from.zygote == nil {
		found, err := find(cmd.Path)
		if err != nil {
			return nil, &StartError{Path: cmd.Path, Err: err}
		}
		path = found
	}
	t, err := startPatiently(tree.Spec{
		Path:     path,
		Argv:     append([]string{cmd.Path}, cmd.Args...),
		Env:      cmd.environ(os.Environ()),
		Dir:      cmd.Dir,
		Files:    append(std[:], cmd.Files...),
		Terminal: from.terminal,
		Zygote:   from.zygote,
		Require:  cmd.Containment.Require,
		Limit:    cmd.Containment.Limit,
		Detached: cmd.Detached,
		Settings: cmd.settings(),
	})
	if err != nil {
		return nil, startError(path, cmd.Dir, err)
	}
	return newChild(cmd, t, from.atEnd), nil
}
