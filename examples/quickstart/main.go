// Quickstart counts files with child processes. It starts a pool of four
// workers, which are this same program executed again, and sends every regular
// file under a directory through it: a worker opens the file and returns its
// SHA-256, bytes, lines and words. While that runs, one busy worker is killed;
// the pool replaces it and its task is run again. Beside the pool, a shell on a
// terminal of its own is asked a question.
//
//	go run ./examples/quickstart [--json] [DIR]
//
// DIR is the directory, by default the current one. The exit status is 0 if
// every file is accounted for: counted, or reported with the reason why not.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"brood/runtime"
	"brood/runtime/worker"
)

func main() {
	if worker.Name() == workerName { // executed again by the pool
		worker.Exit(worker.Serve(countFile))
	}
	// Who reads the progress may leave: that is no reason to leave the children.
	ignoreBrokenPipe()
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	asJSON := flags.Bool("json", false, "print one JSON object instead of a table")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: quickstart [--json] [DIR]")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() > 1 {
		flags.Usage()
		return 2
	}
	dir := "."
	if flags.NArg() == 1 {
		dir = flags.Arg(0)
	}
	report, status := count(dir, stderr)
	if report == nil {
		return status
	}
	if err := report.print(stdout, *asJSON); err != nil {
		fmt.Fprintln(stderr, "quickstart:", err)
		return 1
	}
	return status
}

// count does the job: everything from the first child to the last. The report
// is nil if there is nothing to tell.
func count(dir string, stderr io.Writer) (*report, int) {
	fail := func(err error) (*report, int) {
		fmt.Fprintln(stderr, "quickstart:", err)
		return nil, 1
	}
	spans := newSpanCounts()
	rt, err := runtime.New(runtime.Options{TracerProvider: spans.provider, ShutdownTimeout: 10 * time.Second})
	if err != nil {
		return fail(err)
	}
	rt.HandleSignals() // Ctrl-C ends everything in order
	job := &job{rt: rt, dir: dir, report: newReport(), progress: stderr}
	err = job.do(context.Background())
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	// After a signal this waits for the shutdown that is under way.
	err = errors.Join(err, rt.Shutdown(ctx))
	if s, ok := rt.Signalled().(syscall.Signal); ok {
		signal.Reset(s)
		fmt.Fprintf(stderr, "quickstart: ended by %s, %d children left\n", s, len(rt.Children()))
		return nil, 128 + int(s)
	}
	if err != nil {
		return fail(err)
	}
	job.report.ChildrenLeft = len(rt.Children())
	job.report.Spans = spans.end()
	if !job.report.complete() {
		return job.report, 1
	}
	return job.report, 0
}
