package tree

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// withEmptyMask calls f on a thread that blocks no signal. A child inherits the
// mask of the thread that forks it, and that is the one that this process was
// started with.
func withEmptyMask(f func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var old unix.Sigset_t
	if unix.PthreadSigmask(unix.SIG_BLOCK, nil, &old) != nil || old == (unix.Sigset_t{}) {
		f()
		return
	}
	_ = unix.PthreadSigmask(unix.SIG_SETMASK, &unix.Sigset_t{}, nil)
	defer unix.PthreadSigmask(unix.SIG_SETMASK, &old, nil)
	f()
}
