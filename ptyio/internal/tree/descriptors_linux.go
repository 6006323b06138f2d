package tree

import (
	"math"

	"golang.org/x/sys/unix"
)

// markDescriptors marks every descriptor of this process from 3 up
// close-on-exec. It need not exclude other forks: a mark takes nothing from a
// process that is already forked, nor from descriptors that are handed over on
// purpose, because dup2 in the child clears it.
func markDescriptors() error {
	if unix.CloseRange(firstUngiven, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) == nil {
		return nil
	}
	return markListed() // Linux before 5.11, or a seccomp filter that is older than the call
}
