//go:build unix

package runtime_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"strings"

	"brood/actors"
	"brood/runtime"
)

// What Node's spawn does: output as it comes, input as it is there, and the end
// when everything has been said.
func Example_spawn() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	child, err := rt.Start(ctx, runtime.ProcessSpec{
		Command: runtime.Shell("while read name; do echo hello, $name; done; echo bye >&2; exit 3"),
		Restart: runtime.Temporary, // it is not started again
		Output: func(stream actors.Stream, data []byte) {
			if stream == actors.Stdout {
				fmt.Printf("%s: %s", stream, data)
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := child.Write(ctx, []byte("world\n")); err != nil {
		log.Fatal(err)
	}
	if err := child.CloseStdin(); err != nil {
		log.Fatal(err)
	}
	exit, err := child.Wait(ctx) // all its output has been delivered before
	fmt.Printf("%s %v, last words %q\n", exit, err, exit.StderrTail)
	// Output:
	// stdout: hello, world
	// exit code 3 <nil>, last words "bye\n"
}

// Lines as they come, of a child that runs on.
func Example_lines() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	child, err := rt.Start(ctx, runtime.ProcessSpec{
		Command: runtime.Shell(`printf 'alder\nbirch\r\nand no end'`),
		Restart: runtime.Temporary,
		Lines: func(line actors.Line) {
			fmt.Printf("%q %t\n", line.Text, line.Partial)
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := child.Wait(ctx); err != nil {
		log.Fatal(err)
	}
	// Output:
	// "alder" false
	// "birch" false
	// "and no end" true
}

// A loop over the lines of a command. Leaving it ends the command.
func ExampleRuntime_Lines() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	n := 0
	for line, err := range rt.Lines(ctx, runtime.RunSpec{Command: runtime.Command{Path: "yes"}}) {
		if err != nil {
			log.Fatal(err)
		}
		if n++; n == 3 {
			break
		}
		fmt.Println(line)
	}
	for line, err := range rt.Lines(ctx, runtime.RunSpec{Command: runtime.Shell("echo one; exit 4")}) {
		fmt.Printf("%q %v\n", line, err)
	}
	// Output:
	// y
	// y
	// "one" <nil>
	// "" runtime: /bin/sh -c "echo one; exit 4": exit code 4
}

// One command's output becomes another's input: while the second does not read,
// the first is held. (Between two children alone, an os.Pipe is faster: give
// each its end as a Stdio.)
func Example_pipe() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	trees, err := rt.Start(ctx, runtime.ProcessSpec{
		Command:    runtime.Shell("echo cedar; echo alder; echo birch"),
		Restart:    runtime.Temporary,
		ReadStdout: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	sorted, err := rt.Run(ctx, runtime.RunSpec{
		Command:   runtime.Command{Path: "sort"},
		StdinFrom: trees.Stdout(),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Fields(sorted.Text()))
	// Output: [alder birch cedar]
}

// The raw stream, both ways.
func ExampleProcess_Stdout() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	upper, err := rt.Start(ctx, runtime.ProcessSpec{
		Command:    runtime.Command{Path: "tr", Args: []string{"a-z", "A-Z"}},
		Restart:    runtime.Temporary,
		ReadStdout: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		in := upper.Stdin()
		defer in.Close()
		_, _ = io.Copy(in, strings.NewReader("from here to there"))
	}()
	text, err := io.ReadAll(upper.Stdout())
	fmt.Printf("%s %v\n", text, err)
	// Output: FROM HERE TO THERE <nil>
}
