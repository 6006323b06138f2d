// Package bench compares brood's pool with what a good Go programmer writes
// by hand in an hour, in the same run and with the same work: a pool of four
// child processes that echo a payload of 100 bytes. Every reply is checked.
//
//	go test -run '^$' -bench Pool ./tests/bench     tasks a second of each
//	go test -run '^$' -bench Ratio ./tests/bench    one against the other
//	go test -run '^$' -bench Zygote ./tests/bench   a worker in Python, cold and forked
//
// Compare only within one run: machines are noisy, and a round trip between
// processes depends on whether an idle core sleeps.
package bench

import (
	"fmt"
	"os"
	"testing"

	"brood/runtime/worker"
	"brood/tests/leak"
)

// childName names the environment variable that makes the re-executed test
// binary a child of the pool with that name.
const childName = "BENCH_CHILD"

func TestMain(m *testing.M) {
	if worker.Name() == workerName {
		worker.Exit(worker.Serve(echo))
	}
	if os.Getenv(childName) == baselineName {
		if err := echoJSON(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "bench: child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if os.Getenv(childName) == printerName {
		if err := printLines(); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(leak.Run(m))
}
