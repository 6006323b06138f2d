package leak

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
)

// watchDescriptors notes which descriptors are open and returns a function
// that describes those which have been opened since and are still open.
func watchDescriptors() func() []string {
	// The runtime opens its poller at the first use and keeps it: use it now.
	if r, w, err := os.Pipe(); err == nil {
		r.Close()
		w.Close()
	}
	before := descriptors()
	return func() []string {
		var found []string
		for fd, target := range descriptors() {
			if before[fd] != target {
				found = append(found, fmt.Sprintf("descriptor %d: %s", fd, target))
			}
		}
		sort.Strings(found)
		return found
	}
}

// descriptors returns what each open descriptor of this process refers to.
func descriptors() map[int]string {
	const dir = "/proc/self/fd"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	open := make(map[int]string, len(entries))
	for _, entry := range entries {
		// The descriptor that listed the directory is closed by now.
		target, err := os.Readlink(filepath.Join(dir, entry.Name()))
		if err != nil {
			continue
		}
		if fd, err := strconv.Atoi(entry.Name()); err == nil {
			open[fd] = target
		}
	}
	return open
}
