package tree

import (
	"encoding/binary"
	"os"
	"os/signal"
	"syscall"
)

// guardMain kills the groups that the owner named when the owner is gone.
func guardMain() {
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGPIPE)
	lifeline := os.NewFile(3, "lifeline")
	groups := map[int]bool{}
	var r [recordBytes]byte
	for {
		if n, err := lifeline.Read(r[:]); err != nil || n != recordBytes {
			break
		}
		id := int(binary.LittleEndian.Uint64(r[1:]))
		switch r[0] {
		case recordFarewell:
			return
		case recordGroup:
			groups[id] = true
		case recordUngroup:
			delete(groups, id)
		}
	}
	for pgid := range groups {
		_ = signalGroup(pgid, syscall.SIGKILL)
	}
}
