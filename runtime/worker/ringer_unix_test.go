//go:build unix

package worker

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// ringer is the pool's end of a bell. One that is nil rings nothing.
type ringer struct {
	t            *testing.T
	theirs, ours *os.File
}

func newRinger(t *testing.T) *ringer {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	unix.CloseOnExec(ends[0])
	unix.CloseOnExec(ends[1])
	r := &ringer{t, os.NewFile(uintptr(ends[0]), "theirs"), os.NewFile(uintptr(ends[1]), "ours")}
	t.Cleanup(r.close)
	return r
}

func (r *ringer) close() {
	if r != nil {
		r.ours.Close()
	}
}

// child is the worker's end, which it closes.
func (r *ringer) child() bell { return socket{r.theirs} }

func (r *ringer) ring() {
	if r == nil {
		return
	}
	_, err := r.ours.Write([]byte{0})
	require.NoError(r.t, err)
}
