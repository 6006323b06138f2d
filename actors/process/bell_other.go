//go:build !unix

package process

import (
	"errors"
	"os"
)

// newBell fails: children here listen all the time.
func newBell() (theirs, ours *os.File, err error) { return nil, nil, errors.ErrUnsupported }

func ring(*os.File, int) (int, error) { return 0, errors.ErrUnsupported }
