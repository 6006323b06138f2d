//go:build !unix

package rival

import (
	"errors"
	"os"
)

func newBell() (theirs, ours *os.File, err error) { return nil, nil, errors.ErrUnsupported }
