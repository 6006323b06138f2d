//go:build !unix

package process

import (
	"errors"
	"os"
)

// newMarkFile fails: children here do not mark.
func newMarkFile() (*os.File, error) { return nil, errors.ErrUnsupported }
