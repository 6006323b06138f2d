package leak

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

const (
	// settleTime is how long goroutines, descriptors and processes get to end
	// after the last test; the checks are repeated every settlePause.
	settleTime  = 2 * time.Second
	settlePause = 10 * time.Millisecond
)

// Run runs the tests of m and returns the exit code for os.Exit. If the tests
// left a goroutine, an open descriptor or a process, and it is still there
// two seconds later, Run names it on stderr and returns non-zero even if all
// tests passed. Processes that were left are killed after the report.
//
// What was there before the tests is no leak. Call Run once, from TestMain.
func Run(m *testing.M) int { return run(m.Run, os.Stderr) }

func run(tests func() int, out io.Writer) int {
	hurryRaceDetector()
	if err := extendMark(); err != nil {
		fmt.Fprintf(out, "leak: set mark: %v\n", err)
		return 1
	}
	descriptors := watchDescriptors()
	goroutines := goleak.IgnoreCurrent()

	code := tests()

	found := settle(func() []string {
		found := describeProcesses(Children())
		found = append(found, descriptors()...)
		if err := goleak.Find(goroutines); err != nil {
			found = append(found, err.Error())
		}
		return found
	})
	if len(found) == 0 {
		return code
	}
	for _, what := range found {
		fmt.Fprintf(out, "leak: %s\n", what)
	}
	killAll(settleTime)
	return max(code, 1)
}

// hurryRaceDetector keeps children that are built with the race detector from
// sleeping for a second before they exit, which is its default.
func hurryRaceDetector() {
	if _, set := os.LookupEnv("GORACE"); !set {
		os.Setenv("GORACE", "atexit_sleep_ms=0")
	}
}

// settle repeats check until it finds nothing or settleTime is over, and
// returns what it found last.
func settle(check func() []string) []string {
	deadline := time.Now().Add(settleTime)
	pause := time.NewTicker(settlePause)
	defer pause.Stop()
	for {
		found := check()
		if len(found) == 0 || time.Now().After(deadline) {
			return found
		}
		<-pause.C
	}
}

func describeProcesses(processes []Process) []string {
	found := make([]string, 0, len(processes))
	for _, p := range processes {
		found = append(found, p.String())
	}
	return found
}
