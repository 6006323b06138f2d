//go:build !linux

package ptyio

import "os"

// newPipe returns a pipe whose other end the child reads or else writes.
func newPipe(theyRead bool) (theirs, ours *os.File, err error) {
	r, w, err := os.Pipe()
	if theyRead {
		return r, w, err
	}
	return w, r, err
}
