package tests

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.opentelemetry.io/otel/trace"

	"brood/runtime/worker"
)

// roles are what the test binary can be as a child. A test names one with
// command; its arguments are os.Args[1:].
var roles = map[string]func(){
	"worker":  func() { worker.Exit(worker.Serve(work)) },
	"logger":  func() { worker.Exit(worker.Serve(logging(os.Args[1]))) },
	"crasher": crasher,
	"hostile": hostile,
	"oncer":   oncer,
}

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
	case "trace":
		return []byte(trace.SpanContextFromContext(ctx).TraceID().String()), nil
	}
	return payload, nil
}

// logging returns a handler that notes each payload before it works on it, in
// a file that all workers share.
func logging(path string) worker.Handler {
	log, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return func(_ context.Context, payload []byte) ([]byte, error) {
		if _, err := log.Write(append(payload, '\n')); err != nil {
			return nil, err
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

// waitForGate blocks until the test opens the gate; see gate.
func waitForGate(path string) {
	f, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	_, _ = io.ReadAll(f)
}
