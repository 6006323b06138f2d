//go:build unix

package tree

import (
	"os"
	"strconv"
	"syscall"
)

// firstUngiven is the first descriptor that is marked: 0, 1 and 2 are always
// replaced in the child.
const firstUngiven = 3

// markListed marks the open descriptors close-on-exec one by one. One that is
// closed while we look is none of ours to mind.
func markListed() error {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd >= firstUngiven {
			syscall.CloseOnExec(fd)
		}
	}
	return nil
}
