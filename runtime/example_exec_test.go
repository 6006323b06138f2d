//go:build unix

package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"syscall"
	"time"

	"brood/runtime"
)

// What Node's exec does: a script for the shell, with what varies in the
// environment and not in its text.
func Example_exec() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	greet := runtime.Shell(`echo "hello, $NAME" | tr a-z A-Z`)
	greet.Env.Set = map[string]string{"NAME": `"; rm -rf ~`}
	result, err := rt.Run(ctx, runtime.RunSpec{Command: greet})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Text())
	// Output: HELLO, "; RM -RF ~
}

// What Node's execFile does: a program and its arguments, no shell. Text is the
// output without the end of its last line.
func Example_execFile() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	result, err := rt.Run(ctx, runtime.RunSpec{
		Command: runtime.Command{Path: "printf", Args: []string{"%s\n", "$HOME `id` ; *"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q\n", result.Stdout)
	fmt.Printf("%q\n", result.Text())
	// Output:
	// "$HOME `id` ; *\n"
	// "$HOME `id` ; *"
}

// Node's maxBuffer: a command that prints more than is to be kept is killed.
func Example_maxBuffer() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	result, err := rt.Run(ctx, runtime.RunSpec{
		Command:        runtime.Command{Path: "yes"},
		MaxOutputBytes: 6,
	})
	fmt.Printf("%q\n", result.Stdout)
	fmt.Println(errors.Is(err, runtime.ErrOutputLimit), result.Exit.Reason)
	// Output:
	// "y\ny\ny\n"
	// true output limit
}

// Node's timeout. The error tells what the command had said, too.
func Example_timeout() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	result, err := rt.Run(ctx, runtime.RunSpec{
		Command: runtime.Shell("echo waiting for the disk >&2; exec sleep 1000"),
		Timeout: 300 * time.Millisecond,
	})
	fmt.Println(err)
	fmt.Println(errors.Is(err, runtime.ErrTimeout), result.Exit.Reason)
	// Output:
	// runtime: /bin/sh -c "echo waiting for the disk >&2; exec sleep 1000": timed out after 300ms: signal: terminated (timed out): "waiting for the disk"
	// true timed out
}

// Node's killSignal, and more: how a command is made to end is a plan.
func Example_killSignal() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	result, err := rt.Run(ctx, runtime.RunSpec{
		Command: runtime.Command{Path: "sleep", Args: []string{"1000"}},
		Timeout: 100 * time.Millisecond,
		StopPlan: runtime.StopPlan{
			{Signal: syscall.SIGINT, Wait: 5 * time.Second},
			{Signal: syscall.SIGQUIT, Wait: time.Second},
		}, // then KILL
	})
	fmt.Println(result.Exit.Signal, errors.Is(err, context.DeadlineExceeded))
	// Output: interrupt true
}

// Node's AbortSignal is a context.
func Example_abort() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer rt.Shutdown(context.Background())

	ctx, abort := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, abort)
	result, err := rt.Run(ctx, runtime.RunSpec{Command: runtime.Command{Path: "sleep", Args: []string{"1000"}}})
	fmt.Println(errors.Is(err, context.Canceled), result.Exit)
	// Output: true signal: terminated (cancelled)
}

// How a command ended: its exit code, or the signal.
func Example_exitCodeAndSignal() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	for _, script := range []string{"exit 0", "exit 7", "kill -s USR1 $$"} {
		_, err := rt.Run(ctx, runtime.RunSpec{Command: runtime.Shell(script)})
		var exited *runtime.ExitError
		if !errors.As(err, &exited) {
			fmt.Println("fine")
			continue
		}
		fmt.Println(exited.Exit.Code, exited.Exit.Signal)
	}
	// Output:
	// fine
	// 7 signal 0
	// -1 user defined signal 1
}

// The error of a run carries the command line, the exit, and the end of what the
// command said on stderr.
func Example_runError() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	_, err = rt.Run(ctx, runtime.RunSpec{
		Command: runtime.Shell("echo looking >&2; echo not there >&2; exit 2"),
	})
	fmt.Println(err)
	var exited *runtime.ExitError
	if errors.As(err, &exited) {
		fmt.Printf("%q\n", exited.Exit.StderrTail)
	}
	// Output:
	// runtime: /bin/sh -c "echo looking >&2; echo not there >&2; exit 2": exit code 2: "not there"
	// "looking\nnot there\n"
}

// Programs that tell more by their exit code than success: grep and diff say by
// 1 that they have found nothing, or a difference.
func Example_successCodes() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	result, err := rt.Run(ctx, runtime.RunSpec{
		Command:      runtime.Command{Path: "grep", Args: []string{"birch"}},
		Stdin:        []byte("alder\ncedar\n"),
		SuccessCodes: []int{1},
	})
	fmt.Println(result.Exit.Code, err)
	// Output: 1 <nil>
}
