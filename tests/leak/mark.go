package leak

import (
	"crypto/rand"
	"os"
	"strings"
)

const (
	markName      = "RUN_MARK"
	markSeparator = "/"
)

// Mark returns the value of RUN_MARK, by which the children of this test
// binary are known; empty before Run. In a child that did not call Run it is
// the mark of the run that started it.
func Mark() string { return os.Getenv(markName) }

// extendMark gives this process a mark that no other process has, and that
// begins with the one it inherited. The process itself stays without it: what
// others see of its environment is what it was started with.
func extendMark() error {
	mark := rand.Text()
	if outer := Mark(); outer != "" {
		mark = outer + markSeparator + mark
	}
	return os.Setenv(markName, mark)
}

// covers reports whether a process with the mark value belongs to the run
// with the mark run.
func covers(run, value string) bool {
	return run != "" && (value == run || strings.HasPrefix(value, run+markSeparator))
}
