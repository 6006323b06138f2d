// Health runs a small tree of children that are ill in different ways, and shows
// how each is found out and restarted:
//
//	web      a web server in Python: ready when it answers, checked by HTTP
//	leak     takes more and more memory, until its limit restarts it
//	freeze   is stopped by SIGSTOP after a while, which a check finds out
//	crash    exits with code 1 at once, until its supervisor lets it rest
//
// A table of state, uptime, restarts, CPU, memory and last exit is drawn anew each
// second until Ctrl-C.
//
//	go run ./examples/health [--once]
//
// With --once it runs for ten seconds and then prints the table as JSON.
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

	"golang.org/x/term"

	"brood/runtime"
	"brood/runtime/worker"
)

// onceTime is how long the program runs with --once.
const onceTime = 10 * time.Second

func main() {
	if role := roles[worker.Name()]; role != nil { // executed again as a child
		role()
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("health", flag.ContinueOnError)
	flags.SetOutput(stderr)
	once := flags.Bool("once", false, "print the table as JSON after ten seconds")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	rt, err := runtime.New(runtime.Options{ShutdownTimeout: 10 * time.Second})
	if err != nil {
		fmt.Fprintln(stderr, "health:", err)
		return 1
	}
	rt.HandleSignals() // Ctrl-C ends everything in order
	err = show(rt, *once, stdout)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = errors.Join(err, rt.Shutdown(ctx))
	if s, ok := rt.Signalled().(syscall.Signal); ok {
		fmt.Fprint(stderr, rt.Report())
		return 128 + int(s)
	}
	if err != nil {
		fmt.Fprintln(stderr, "health:", err)
		return 1
	}
	return 0
}

// show starts the tree and shows it until the program is to end.
func show(rt *runtime.Runtime, once bool, out io.Writer) error {
	ward, err := admit(rt)
	if err != nil {
		return err
	}
	defer ward.dismiss()
	if once {
		select {
		case <-time.After(onceTime):
			return printJSON(out, ward.patients())
		case <-rt.Stopping():
			return nil
		}
	}
	file, _ := out.(*os.File)
	terminal := file != nil && term.IsTerminal(int(file.Fd()))
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		printTable(out, ward.patients(), terminal)
		select {
		case <-second.C:
		case <-rt.Stopping():
			return nil
		}
	}
}
