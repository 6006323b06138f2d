//go:build unix

package worker

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"brood/actors/protocol"
)

// openMark maps the mark file, if there is one, and says that this worker marks.
// Where that does not work, it does not mark.
func openMark(fd int) mark {
	if fd == 0 {
		return mark{}
	}
	defer syscall.Close(fd) // the mapping stays
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil || stat.Size < protocol.MarkBytes {
		return mark{} // touching what is beyond its end would be a fault
	}
	memory, err := unix.Mmap(fd, 0, protocol.MarkBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return mark{}
	}
	words := (*[2]uint64)(unsafe.Pointer(&memory[0])) // a mapping begins at a page
	m := mark{word: &words[0], pace: &words[1], memory: memory}
	atomic.StoreUint64(m.word, protocol.MarkNone.Native())
	return m
}

// close unmaps the file. What was said stays.
func (m *mark) close() {
	if m.word != nil {
		_ = unix.Munmap(m.memory) // an error says that there is no such mapping
		*m = mark{}
	}
}
