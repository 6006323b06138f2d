//go:build unix

package ptyio_test

import (
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"brood/ptyio"
)

func ExampleStdio_file() {
	path := filepath.Join(os.TempDir(), fmt.Sprint("brood-example-", os.Getpid()))
	defer os.Remove(path)
	out, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	defer out.Close()
	conn, err := ptyio.Pipes{Stdout: ptyio.Stdio{File: out}}.Start(ptyio.Command{Path: "echo", Args: []string{"kept"}})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Wait(); err != nil {
		log.Fatal(err)
	}

	kept, err := os.ReadFile(path)
	fmt.Printf("%s%v", kept, err)
	// Output:
	// kept
	// <nil>
}

func ExampleStdio_inherit() {
	conn, err := ptyio.Pipes{
		Stdin:  ptyio.Stdio{File: os.Stdin},
		Stdout: ptyio.Stdio{File: os.Stdout},
		Stderr: ptyio.Stdio{File: os.Stderr},
	}.Start(ptyio.Command{Path: "echo", Args: []string{"straight to the owner's stdout"}})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	conn.Wait()
	// Output: straight to the owner's stdout
}

func ExampleStdio_ignore() {
	null := ptyio.Stdio{Null: true}
	conn, err := ptyio.Pipes{Stdin: null, Stdout: null, Stderr: null}.Start(ptyio.Shell("cat; echo lost; exit 4"))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	fmt.Println(conn.Wait())
	// Output: exit code 4 <nil>
}

func ExampleStdio_pipeline() {
	r, w, err := os.Pipe()
	if err != nil {
		log.Fatal(err)
	}
	yes, err := ptyio.Pipes{Stdout: ptyio.Stdio{File: w}}.Start(ptyio.Command{Path: "yes"})
	if err != nil {
		log.Fatal(err)
	}
	defer yes.Close()
	head, err := ptyio.Pipes{Stdin: ptyio.Stdio{File: r}}.Start(ptyio.Command{Path: "head", Args: []string{"-n", "2"}})
	if err != nil {
		log.Fatal(err)
	}
	defer head.Close()
	// The children have the pipe now. An end kept here would keep yes from
	// noticing that nobody reads.
	r.Close()
	w.Close()

	lines, err := io.ReadAll(head.Stdout())
	if err != nil {
		log.Fatal(err)
	}
	exit, err := yes.Wait()
	fmt.Printf("%s%v %v\n", lines, exit, err)
	// Output:
	// y
	// y
	// signal: broken pipe <nil>
}

func ExamplePTY_raw() {
	conn, err := ptyio.PTY{Raw: true}.Start(ptyio.Command{Path: "cat"})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	sent := "\x00\x03\x04\r\n\xff" // in the usual mode Ctrl-C would have ended it
	if _, err := io.WriteString(conn, sent); err != nil {
		log.Fatal(err)
	}
	got := make([]byte, len(sent))
	_, err = io.ReadFull(conn.Stdout(), got)
	fmt.Printf("%q %v\n", got, err)
	// Output: "\x00\x03\x04\r\n\xff" <nil>
}

func ExamplePTY_stderrPipe() {
	conn, err := ptyio.PTY{StderrPipe: true}.Start(ptyio.Shell("echo result; echo warning >&2"))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	stdout, err := io.ReadAll(conn.Stdout())
	if err != nil {
		log.Fatal(err)
	}
	stderr, err := io.ReadAll(conn.Stderr())
	fmt.Printf("%q %q %v\n", stdout, stderr, err)
	// Output: "result\r\n" "warning\n" <nil>
}
