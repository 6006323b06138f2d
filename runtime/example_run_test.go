//go:build unix

package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"brood/runtime"
)

func ExampleRuntime_Run() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer rt.Shutdown(context.Background())

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel() // a command that is not done by then is ended
	result, err := rt.Run(ctx, runtime.RunSpec{
		Command: runtime.Command{Path: "sort", Args: []string{"-r"}},
		Stdin:   []byte("alder\nbirch\ncedar\n"),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s%s\n", result.Stdout, result.Exit)
	// Output:
	// cedar
	// birch
	// alder
	// exit code 0
}

// A command that fails leaves its result all the same.
func ExampleRuntime_Run_failure() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer rt.Shutdown(context.Background())

	result, err := rt.Run(context.Background(), runtime.RunSpec{
		Command: runtime.Shell("echo half of it; echo 'disk is full' >&2; exit 3"),
	})
	fmt.Println(err)
	var failed *runtime.ExitError
	fmt.Printf("%t %q\n", errors.As(err, &failed) && failed.Exit.Code == 3, result.Stdout)

	_, err = rt.Run(context.Background(), runtime.RunSpec{
		Command: runtime.Command{Path: "/no/such/program"},
	})
	var start *runtime.StartError
	fmt.Println(errors.As(err, &start), err)

	_, err = rt.Run(context.Background(), runtime.RunSpec{
		Command:        runtime.Command{Path: "yes"},
		MaxOutputBytes: 1000,
	})
	fmt.Println(errors.Is(err, runtime.ErrOutputLimit), err)
	// Output:
	// runtime: /bin/sh -c "echo half of it; echo 'disk is full' >&2; exit 3": exit code 3: "disk is full"
	// true "half of it\n"
	// true runtime: start program: start failed: ptyio: start /no/such/program: no such file or directory
	// true runtime: yes: output limit exceeded: 1000 bytes: signal: killed (output limit)
}
