// Package bench compares brood's pool with what a good Go programmer writes
// by hand (package rival), in the same run and with the same work: a pool of
// four child processes that echo a payload of 100 bytes. Every reply is checked.
// tests/peers does the same with pools in other languages.
//
//	go test -run '^$' -bench Pool ./tests/bench     tasks a second of each
//	go test -run '^$' -bench Ratio ./tests/bench    one against the others
//	go test -run '^$' -bench 'Tracing|IdlePool|Recovery' ./tests/bench
//	go test -run '^$' -bench Zygote ./tests/bench   a worker in Python, cold and forked
//
// For a profile of the owner's side of one contestant:
//
//	go test -run '^$' -bench 'Pool/outstanding=64/brood-c-prefetch=64$' -benchtime 2s \
//		-cpuprofile cpu.prof ./tests/bench
//
// Compare only within one run: machines are noisy, and a round trip between
// processes depends on whether an idle core sleeps.
package bench

import (
	"fmt"
	"os"
	"testing"

	"brood/tests/leak"
	"brood/tests/rival"
)

// childName names the environment variable that makes the re-executed test
// binary the child with that name.
const childName = "BENCH_CHILD"

func TestMain(m *testing.M) {
	rival.Child()
	if os.Getenv(childName) == printerName {
		if err := printLines(); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(run(m))
}

// scratch is a folder for what is compiled.
var scratch string

func run(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "bench-"); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	defer os.RemoveAll(scratch)
	return leak.Run(m)
}
