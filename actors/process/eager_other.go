//go:build !unix

package process

import "os"

// tryReader returns nil: without non-blocking pipes a read can only wait.
func tryReader(*os.File, func() []byte) func() (int, error) { return nil }
