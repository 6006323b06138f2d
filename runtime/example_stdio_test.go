//go:build unix

package runtime_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"syscall"

	"brood/runtime"
)

// Node's stdio: a file instead of a pipe, the program's own stream, or nothing.
func Example_stdio() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	dir, err := os.MkdirTemp("", "stdio")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()

	result, err := rt.Run(ctx, runtime.RunSpec{
		Command: runtime.Shell("wc -c; echo to the file >&2"),
		Transport: runtime.Pipes{
			Stdin:  runtime.Stdio{Null: true}, // wc finds nothing to count
			Stderr: runtime.Stdio{File: file}, // os.Stderr would be the program's own
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	logged, err := os.ReadFile(file.Name())
	fmt.Printf("%q %q %v\n", result.Text(), logged, err)
	// Output: "0" "to the file\n" <nil>
}

// Two children with the kernel's pipe between them. Each gets one end; the
// program closes its own.
func Example_pipeInTheKernel() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	out, in, err := os.Pipe()
	if err != nil {
		log.Fatal(err)
	}

	_, err = rt.Start(ctx, runtime.ProcessSpec{
		Command:   runtime.Shell("echo cedar; echo alder"),
		Transport: runtime.Pipes{Stdout: runtime.Stdio{File: in}},
		Restart:   runtime.Temporary,
	})
	in.Close()
	if err != nil {
		log.Fatal(err)
	}
	sorted, err := rt.Run(ctx, runtime.RunSpec{
		Command:   runtime.Command{Path: "sort"},
		Transport: runtime.Pipes{Stdin: runtime.Stdio{File: out}},
	})
	out.Close()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s", sorted.Stdout)
	// Output:
	// alder
	// cedar
}

// Node's detached: a child that outlives the program.
func Example_detached() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	nothing := runtime.Stdio{Null: true}

	daemon, err := rt.Start(ctx, runtime.ProcessSpec{
		Command:   runtime.Command{Path: "sleep", Args: []string{"1000"}, Detached: true},
		Transport: runtime.Pipes{Stdin: nothing, Stdout: nothing, Stderr: nothing},
	})
	if err != nil {
		log.Fatal(err)
	}
	pid := daemon.OSPID()
	fmt.Println("shutdown:", rt.Shutdown(ctx))
	fmt.Println("still there:", syscall.Kill(pid, 0) == nil)
	_ = syscall.Kill(pid, syscall.SIGTERM) // only here: the example is over
	// Output:
	// shutdown: <nil>
	// still there: true
}
