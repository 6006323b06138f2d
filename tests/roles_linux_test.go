package tests

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sys/unix"

	"brood/runtime/worker"
)

// roles are what the test binary can be as a child. A test names one with
// command; its arguments are os.Args[1:].
var roles = map[string]func(){
	"worker":       func() { worker.Exit(worker.Serve(work)) },
	"streamer":     func() { worker.Exit(worker.ServeStreams(stream)) },
	"logger":       func() { worker.Exit(worker.Serve(logging(os.Args[1]))) },
	"crasher":      crasher,
	"hostile":      hostile,
	"mute":         func() { select {} },
	"exit":         func() { fmt.Fprintln(os.Stderr, "out of cheese"); os.Exit(3) },
	"ok":           func() { fmt.Println("fine") },
	"print":        func() { fmt.Print(os.Args[1]); os.Exit(number(os.Args[2])) },
	"brief":        brief,
	"oncer":        oncer,
	"cat":          func() { _, _ = io.Copy(os.Stdout, os.Stdin) },
	"drain":        func() { _, _ = io.Copy(io.Discard, os.Stdin); os.Exit(number(os.Args[1])) },
	"spill":        spill,
	"flooder":      func() { flood(os.Stdout, 1<<62) },
	"stubborn":     stubborn,
	"witness":      witness,
	"tidy":         tidy,
	"protester":    protester,
	"numbers":      numbers,
	"runaway":      runaway,
	"deaf":         func() { fmt.Println("ready"); select {} },
	"terminal":     terminal,
	"sire":         sire,
	"program":      program,
	"scribe":       scribe,
	"leaves":       func() { os.Exit(number(os.Args[1])) },
	"service":      service,
	"slotted":      slotted,
	"zygote-owner": zygoteOwner,
	"environ":      func() { fmt.Println(os.Getenv("TRACEPARENT") + os.Getenv("TRACESTATE")) },
}

// scribe notes when it has started and when it was asked to end. Its further
// arguments say which of its starts fail, counted from 1.
func scribe() {
	note(os.Args[1], "+"+os.Args[2])
	content, _ := os.ReadFile(os.Args[1])
	starts := strings.Count(string(content), "+"+os.Args[2]+"\n")
	if slices.Contains(os.Args[3:], strconv.Itoa(starts)) {
		os.Exit(1)
	}
	err := worker.Serve(work)
	note(os.Args[1], "-"+os.Args[2])
	worker.Exit(err)
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

// spill prints as many bytes of text as its argument says.
func spill() {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	flood(os.Stdout, n)
}

// stubborn ignores what asks it to end.
func stubborn() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	fmt.Println("ready")
	select {}
}

// witness notes the name in its second argument when it is asked to end.
func witness() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	fmt.Println("ready")
	<-asked
	note(os.Args[1], os.Args[2])
}

// protester prints without end when it is asked to end.
func protester() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	note(os.Args[1], "listening")
	<-asked
	flood(os.Stdout, 1<<62)
}

// tidy takes its time when it is asked to end, and then writes a file.
func tidy() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	fmt.Println("ready")
	<-asked
	<-time.After(200 * time.Millisecond)
	note(os.Args[1], "tidied")
}

// numberBytes is the length of a line of numbers.
const numberBytes = 16

// numbers prints as many numbered lines as its argument says, each as long as
// the others.
func numbers() {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	out := bufio.NewWriterSize(os.Stdout, 64<<10)
	for i := range n {
		fmt.Fprintf(out, "%0*d\n", numberBytes-1, i)
	}
	if err := out.Flush(); err != nil {
		panic(err)
	}
}

// runawayBytes is the length of the line of a runaway.
const runawayBytes = 10 << 20

// runaway prints a line without an end for a long time, and then as usual, but
// for its last line.
func runaway() {
	fmt.Println("before")
	for range runawayBytes >> 10 {
		fmt.Print(strings.Repeat("r", 1<<10))
	}
	fmt.Print("\nafter\nlast")
}

// terminal prints the size of its terminal, now and whenever it changes.
func terminal() {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	for {
		size, err := unix.IoctlGetWinsize(0, unix.TIOCGWINSZ)
		if err != nil {
			panic(err)
		}
		fmt.Printf("size %dx%d\n", size.Row, size.Col)
		<-changed
	}
}

// sire leaves a descendant in a session of its own that holds its stdout.
func sire() {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), worker.EnvName+"=mute")
	child.Stdout = os.Stdout
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		panic(err)
	}
	fmt.Println(child.Process.Pid)
}

// leaked is what a worker has not given back.
var leaked [][]byte

// work is the handler of most tests: the payload says what to do.
func work(ctx context.Context, payload []byte) ([]byte, error) {
	verb, rest, _ := strings.Cut(string(payload), " ")
	switch verb {
	case "fail":
		return nil, errors.New(rest)
	case "die":
		os.Exit(7)
	case "note-die": // a poison that leaves a trace
		note(rest, "died")
		os.Exit(7)
	case "die-unless": // the file exists
		if _, err := os.Stat(rest); err != nil {
			os.Exit(7)
		}
	case "note":
		path, line, _ := strings.Cut(rest, " ")
		note(path, line)
	case "hold": // until the gate opens or the task is cancelled
		opened := make(chan struct{})
		go func() { waitForGate(rest); close(opened) }()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-opened:
		}
	case "hold-on": // whatever is asked of it
		waitForGate(rest)
	case "env":
		return []byte(os.Getenv(rest)), nil
	case "leak":
		leaked = append(leaked, bytes.Repeat([]byte{1}, 128<<20))
	case "trace":
		return []byte(trace.SpanContextFromContext(ctx).TraceID().String()), nil
	}
	return payload, nil
}

// logging returns a handler that notes each payload before it works on it, in
// a file that all workers share. Each note is 8 bytes, of which a page of the file
// has a whole number: a write that goes on from one page to the next is cut there if
// the writer is killed.
func logging(path string) worker.Handler {
	log, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return func(_ context.Context, payload []byte) ([]byte, error) {
		if _, err := fmt.Fprintf(log, "%-7s\n", payload); err != nil {
			return nil, err
		}
		for began := time.Now(); time.Since(began) < 60*time.Microsecond; { // work, so that there is something to kill
		}
		return payload, nil
	}
}

// note appends a line to a file that several children share.
func note(path, line string) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if _, err := f.WriteString(line + "\n"); err != nil {
		panic(err)
	}
}
