// Run runs two commands to their end and tells what became of them.
//
//	go run ./examples/run
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"brood/runtime"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run is apart from main because os.Exit skips deferred calls, and Shutdown
// must not be skipped: it ends whatever still runs.
func run() (err error) {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	defer func() { err = errors.Join(err, rt.Shutdown(ctx)) }()

	// A command that goes well: no shell is between, arguments arrive as they are.
	result, err := rt.Run(ctx, runtime.RunSpec{
		Command: runtime.Command{Path: "sort", Args: []string{"-r"}},
		Stdin:   []byte("alder\nbirch\ncedar\n"),
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s%s\n", result.Stdout, result.Exit)

	// A command that fails: the error tells how it ended and what it last said
	// on stderr, and the result is there all the same.
	result, err = rt.Run(ctx, runtime.RunSpec{
		Command: runtime.Shell("echo to stdout; echo 'disk is full' >&2; exit 3"),
	})
	var failed *runtime.ExitError
	if !errors.As(err, &failed) { // it could not be started, or was not done in time
		return fmt.Errorf("not the failure that was expected: %w", err)
	}
	fmt.Printf("%s%v\n", result.Stdout, failed)
	fmt.Println("code", failed.Exit.Code)
	return nil
}
