//go:build !unix

package worker

import (
	"io"
	"os"

	"brood/actors/protocol"
)

// openLink opens the ends of the wire that the worker was given.
func openLink(l protocol.Link) (in, out io.ReadWriteCloser, err error) {
	return os.NewFile(uintptr(l.In), "wire-in"), os.NewFile(uintptr(l.Out), "wire-out"), nil
}

// openBell returns none: the pool has none here.
func openBell(int) bell { return nil }
