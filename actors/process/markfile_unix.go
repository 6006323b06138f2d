//go:build unix && !linux

package process

import (
	"os"

	"brood/actors/protocol"
)

// newMarkFile makes the file in which a child marks what it begins: one without a
// name.
func newMarkFile() (*os.File, error) {
	f, err := os.CreateTemp("", "brood-mark-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err == nil {
		err = f.Truncate(protocol.MarkBytes)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
