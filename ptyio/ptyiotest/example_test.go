//go:build unix

package ptyiotest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"
	"syscall"
	"time"

	"brood/actors"
	"brood/ptyio"
	"brood/ptyio/ptyiotest"
	"brood/runtime"
)

// ask is the code that an example tests: it asks a program one question.
func ask(transport ptyio.Transport, question string) (answer string, err error) {
	conn, err := transport.Start(ptyio.Command{Path: "oracle"})
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := fmt.Fprintln(conn, question); err != nil {
		return "", err
	}
	if err := conn.Stdout().SetReadDeadline(time.Now().Add(time.Second)); err != nil {
		return "", err
	}
	answer, err = bufio.NewReader(conn.Stdout()).ReadString('\n')
	if err == io.EOF {
		exit, _ := conn.Wait()
		return "", fmt.Errorf("no answer: %v", exit)
	}
	return strings.TrimSuffix(answer, "\n"), err
}

// Code that takes a Transport is tested with children that behave, and with
// children that do not.
func ExampleScripted() {
	try := func(main func(c *ptyiotest.Child) int) {
		answer, err := ask(ptyiotest.Scripted{Main: main}, "why?")
		fmt.Printf("%q %v\n", answer, err)
	}
	try(func(c *ptyiotest.Child) int { // as it should be
		question, _ := c.ReadLine()
		c.Printf("you asked %q\n", question)
		return 0
	})
	try(func(c *ptyiotest.Child) int { // crashes
		c.ReadLine()
		c.Raise(syscall.SIGSEGV)
		return 0
	})
	try(func(c *ptyiotest.Child) int { // never answers
		c.Hang()
		return 0
	})
	// Output:
	// "you asked \"why?\"" <nil>
	// "" no answer: signal: segmentation fault
	// "" ptyiotest: read from oracle: i/o timeout
}

func ExampleScripted_refuse() {
	transport := ptyiotest.Scripted{
		Main:   func(*ptyiotest.Child) int { return 0 },
		Refuse: func(ptyio.Command) error { return syscall.EAGAIN },
	}
	_, err := ask(transport, "why?")
	var start *ptyio.StartError
	fmt.Println(errors.As(err, &start), errors.Is(err, syscall.EAGAIN), err)
	// Output: true true ptyio: start oracle: resource temporarily unavailable
}

// A child that does not listen to TERM, and a Stop that kills it.
func ExampleChild_Ignore() {
	transport := ptyiotest.Scripted{Main: func(c *ptyiotest.Child) int {
		c.Ignore(syscall.SIGTERM)
		c.Println("ready")
		c.Hang()
		return 0
	}}
	conn, err := transport.Start(ptyio.Command{Path: "stubborn"})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	io.ReadFull(conn.Stdout(), make([]byte, len("ready\n")))

	fmt.Println(conn.Stop(10 * time.Millisecond))
	// Output: signal: killed <nil>
}

// Package runtime with a command that does not have to be installed.
func ExampleScripted_run() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	git := ptyiotest.Scripted{Main: func(c *ptyiotest.Child) int {
		fmt.Fprintln(c.Stderr, "fatal: not a git repository")
		return 128
	}}
	_, err = rt.Run(ctx, runtime.RunSpec{
		Command:   runtime.Command{Path: "git", Args: []string{"status"}},
		Transport: git,
	})
	fmt.Println(err)
	// Output: runtime: git status: exit code 128: "fatal: not a git repository"
}

// A child that crashes in its first life and is restarted.
func ExampleInTurn() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	crash := func(c *ptyiotest.Child) int { panic("out of luck") }
	work := func(c *ptyiotest.Child) int { c.Println("at work"); return 0 }
	server, err := rt.Start(ctx, runtime.ProcessSpec{
		Command:   runtime.Command{Path: "server"},
		Transport: ptyiotest.Scripted{Main: ptyiotest.InTurn(crash, work)},
		Restart:   runtime.Transient,
		Output: func(stream actors.Stream, data []byte) {
			if stream == actors.Stdout {
				fmt.Printf("%s", data)
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	exit, err := server.Wait(ctx)
	fmt.Println(exit, err, server.Restarts())
	// Output:
	// at work
	// exit code 0 <nil> 1
}
