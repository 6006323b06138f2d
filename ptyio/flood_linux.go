package ptyio

import "golang.org/x/sys/unix"

// A child that writes more at a time than its pipe holds is woken for each
// pipeful. With four times the pipe it was measured to get 1.3 times (writes of
// 64 KiB) to 1.7 times (of 1 MiB) as many bytes across; 16 times gave at most a
// fifth more, for four times the memory. One that writes less at a time (8 KiB)
// gains nothing, and does not fill its pipe either, because the reader is
// faster.
const (
	pipeBytes = 256 << 10
	// fullBytes is what a full pipe may hold: writes of just more than half a
	// page take a page each of the 64 KiB.
	fullBytes = 32 << 10
	// floodBytes is how much must come from full pipes in a row. The pages are
	// counted against a bound per user (pipe-user-pages-soft), over which new
	// pipes are small; a burst is not worth them.
	floodBytes = 1 << 20
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
