//go:build !linux

package health

import (
	"fmt"

	"brood/ptyio"
)

func notifySupport() error { return fmt.Errorf("notification socket: %w", ptyio.ErrUnsupported) }

// notifySocket is not there: no sender could be told from another.
type notifySocket struct{}

func (*notifySocket) open() (string, error) { return "", notifySupport() }

func (*notifySocket) close() {}

func (*notifySocket) receive() (text string, sender int, ok bool, err error) {
	return "", 0, false, notifySupport()
}

func isMember(int, int) bool { return false }
