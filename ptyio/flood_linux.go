package ptyio

import "golang.org/x/sys/unix"

const (
	floodBytes = 1 << 20
	pipeBytes  = 256 << 10
	fullBytes  = 32 << 10
)

// flood tells a child that prints more than its pipe holds, for a while, from
// one that does not, and gives it a larger pipe, once.
type flood struct {
	bytes  int // read in a row, each time all that was asked or a full pipe
	raised bool
}

func (f *flood) observe(fd uintptr, n, limit int) {
	if f.raised {
		return
	}
	if n < min(limit, fullBytes) {
		f.bytes = 0
		return
	}
	if f.bytes += n; f.bytes >= floodBytes {
		f.raised = true
		_, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeBytes) // an error leaves the pipe as it was, and a terminal is none
	}
}
