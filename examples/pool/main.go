// Pool is a pool manager: a live view of a pool of child processes, keys to act
// on it, and a load to drive it. The children are this same program, executed
// again; they count primes.
//
//	go run ./examples/pool [--load N] [--size N] [--for DURATION]
//
// The load is N tasks a second (0: as many as the pool takes), short and long
// ones; a few of them fail, a few are given up, and one in four must not run
// twice, so that it is lost if its worker is killed.
//
// On a terminal the view is drawn anew in its place, and these keys act:
//
//   - -          one worker more, one less
//     up, down     select a worker, as do 1 to 9
//     r            recycle it: replace it between two tasks
//     k            kill it, whatever it holds
//     p            pause, and go on
//     o            roll: replace all workers, one after the other
//     d            drain and quit: answer all that was accepted first
//     q            quit: give up what is under way
//
// Elsewhere it prints one plain line a second. It ends with a key, with Ctrl-C or
// when the DURATION is over, which drains first, and then prints a summary.
//
// The exit status is 0 if it ended as it was asked to, 1 after an error, 2 for
// wrong arguments, and 128 plus its number after a signal: 130 after Ctrl-C.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"brood/runtime"
	"brood/runtime/worker"
)

func main() {
	if worker.Name() == workerName { // executed again by the pool
		worker.Exit(worker.Serve(primes))
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// settings are what the command line says.
type settings struct {
	load, size int
	duration   time.Duration // 0: until it is told to end
}

func parse(args []string, stderr io.Writer) (s settings, err error) {
	flags := flag.NewFlagSet("pool", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&s.load, "load", 200, "tasks a `second`; 0: as many as the pool takes")
	flags.IntVar(&s.size, "size", runtime.DefaultPoolSize, "workers to begin with")
	flags.DurationVar(&s.duration, "for", 0, "how long to run; 0: until told to end")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 || s.load < 0 || s.size < 1 || s.duration < 0 {
		flags.Usage()
		return s, errors.New("wrong arguments")
	}
	return s, nil
}

func run(args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stderr)
	if err != nil {
		return 2
	}
	rt, err := runtime.New(runtime.Options{ShutdownTimeout: 10 * time.Second})
	if err != nil {
		fmt.Fprintln(stderr, "pool:", err)
		return 1
	}
	rt.HandleSignals() // the default would leave the terminal as it is now
	interrupted, err := manage(rt, s, stdout)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = errors.Join(err, rt.Shutdown(ctx))
	if err != nil {
		fmt.Fprintln(stderr, "pool:", err)
	}
	number, signalled := rt.Signalled().(syscall.Signal)
	switch {
	case signalled:
		return 128 + int(number)
	case err != nil:
		return 1
	case interrupted: // by the key, which is no signal on a raw terminal
		return 128 + int(syscall.SIGINT)
	}
	return 0
}
