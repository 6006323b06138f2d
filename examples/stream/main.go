// Stream feeds a long-running child with the lines of its own stdin and prints
// what the child says as it says it. The line "crash" makes the child fail, and
// it is started again; the end of input (Ctrl-D) or Ctrl-C ends it in order.
//
//	go run ./examples/stream
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"brood/actors"
	"brood/runtime"
)

const script = `
	echo ready
	while read -r line; do
		[ "$line" = crash ] && { echo "about to crash" >&2; exit 3; }
		echo "got $line"
	done
	echo "end of input"`

func main() {
	rt, err := runtime.New(runtime.Options{ShutdownTimeout: 10 * time.Second})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	rt.HandleSignals() // Ctrl-C shuts rt down; it does not end this program
	err = errors.Join(stream(rt), rt.Shutdown(context.Background()))
	if sig, ok := rt.Signalled().(syscall.Signal); ok {
		os.Exit(128 + int(sig))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func stream(rt *runtime.Runtime) error {
	ctx := context.Background()
	child, err := rt.Start(ctx, runtime.ProcessSpec{
		Command: runtime.Shell(script),
		// Transient: a crash is repaired, an end with code 0 is the end.
		// Temporary would let it be after any end, Permanent after none.
		Restart:   runtime.Transient,
		Intensity: 3, Period: time.Minute, // the fourth crash in a minute is one too many
		Output: lines(),
	})
	if err != nil {
		return err
	}
	go feed(ctx, child)
	exit, err := child.Wait(ctx)
	fmt.Printf("ended: %s, restarts: %d\n", exit, child.Restarts())
	return err
}

// feed ends with the program's stdin. A line that comes while the child is
// being restarted is lost; one that made it crash may be said to be.
func feed(ctx context.Context, child *runtime.Process) {
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		if err := child.Write(ctx, append(input.Bytes(), '\n')); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", input.Text(), err)
		}
	}
	_ = child.CloseStdin() // it may have ended already
}

// lines returns a consumer of output that prints it line by line: what arrives
// is cut anywhere. Each stream is read by one goroutine of its own.
func lines() func(actors.Stream, []byte) {
	var begun [3][]byte // what there is of each stream's next line
	return func(stream actors.Stream, data []byte) {
		rest := append(begun[stream], data...)
		for line, after, ok := bytes.Cut(rest, []byte("\n")); ok; line, after, ok = bytes.Cut(rest, []byte("\n")) {
			fmt.Printf("%s: %s\n", stream, line)
			rest = after
		}
		begun[stream] = rest
	}
}
