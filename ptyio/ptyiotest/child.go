package ptyiotest

import (
	"fmt"
	"iter"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"brood/ptyio"
)

// Child is what a Main knows of itself and of its owner. Safe for concurrent use
// by the goroutines that Main starts.
//
// It is for these goroutines alone: once the child has ended (Exit was called,
// Main returned, a signal ended it), a goroutine that calls a method of the
// Child or of its streams ends there, by runtime.Goexit, with its deferred calls
// run. Only Done can be used after the end. While the child is stopped, such
// calls wait.
type Child struct {
	// Command is what was started.
	Command ptyio.Command
	// Env is the environment as NAME=value, made by Command.Env from that of
	// this program.
	Env []string
	// Files are descriptors 3, 4, ... of a process: the child's own duplicates,
	// which are closed when it ends.
	Files []*os.File

	// Stdin is what the owner writes. Stdout and Stderr go to the owner; on a
	// terminal both are the terminal. Each holds 64 KiB.
	Stdin          *Input
	Stdout, Stderr *Print

	life *life
}

func newChild(l *life, cmd ptyio.Command) *Child {
	return &Child{
		Command: cmd, Env: environ(cmd), Files: l.files,
		Stdin: &Input{l.stdin}, Stdout: &Print{l.stdout}, Stderr: &Print{l.stderr},
		life: l,
	}
}

// run calls main and ends the child as main ends, if it has not ended before.
func (c *Child) run(main func(*Child) int) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if cause := recover(); cause != nil {
			c.crash(fmt.Sprintf("panic: %v\n\n%s", cause, debug.Stack()))
			return
		}
		c.crash("fatal error: Main called runtime.Goexit\n") // unless the child has ended
	}()
	code := main(c)
	returned = true
	c.Exit(code)
}

// crash ends the child as the Go runtime ends a program. What does not fit
// stderr is lost: the program would wait, but this goroutine must not.
func (c *Child) crash(message string) {
	l := c.life
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		room := pipeBytes - len(l.stderr.data)
		l.stderr.data = append(l.stderr.data, message[:min(room, len(message))]...)
		l.end(2, 0)
	}
}

// Getenv returns the value of a variable of the child's environment, or "".
func (c *Child) Getenv(name string) string {
	for _, entry := range c.Env {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// Printf writes to Stdout, as fmt.Printf does.
func (c *Child) Printf(format string, args ...any) { fmt.Fprintf(c.Stdout, format, args...) }

// Println writes to Stdout, as fmt.Println does.
func (c *Child) Println(args ...any) { fmt.Fprintln(c.Stdout, args...) }

// ReadLine returns the next line of Stdin without its newline. The error is
// io.EOF at the end of the input; the line is then what came without a newline.
func (c *Child) ReadLine() (string, error) {
	line, err := c.life.stdin.readLine()
	return strings.TrimSuffix(string(line), "\n"), err
}

// Lines yields the lines of Stdin to its end, also a last one without a newline.
func (c *Child) Lines() iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			line, err := c.ReadLine()
			if err != nil && line == "" || !yield(line) || err != nil {
				return
			}
		}
	}
}

// Exit ends the child with an exit code, and the calling goroutine.
func (c *Child) Exit(code int) {
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	c.life.mayRun()
	c.life.end(code&0xff, 0)
	runtime.Goexit()
}

// Raise sends sig to the child itself. If that ends it, Raise does not return.
func (c *Child) Raise(sig syscall.Signal) {
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	c.life.mayRun()
	c.life.deliver(sig)
	c.life.mayRun()
}

// Notify has the child's signals sent to ch, as signal.Notify does for a
// process: without blocking, so that ch needs room, and all signals if none is
// named. A signal that nobody asked for has its default action: most end the
// child, CHLD, URG and WINCH do nothing, STOP and TSTP stop it and CONT resumes
// it. KILL and STOP cannot be asked for.
func (c *Child) Notify(ch chan<- os.Signal, sigs ...os.Signal) {
	c.ask(func(d *dispositions) { d.notify(ch, sigs) })
}

// Ignore makes signals do nothing, all if none is named, as signal.Ignore does.
func (c *Child) Ignore(sigs ...os.Signal) {
	c.ask(func(d *dispositions) { d.ignore(sigs) })
}

// Reset undoes Notify and Ignore for signals, all if none is named.
func (c *Child) Reset(sigs ...os.Signal) {
	c.ask(func(d *dispositions) { d.reset(sigs) })
}

func (c *Child) ask(f func(*dispositions)) {
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	c.life.mayRun()
	f(&c.life.signals)
}

// Size returns the size of the terminal.
func (c *Child) Size() ptyio.Size {
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	c.life.mayRun()
	return c.life.size
}

// Resized returns a channel with the terminal's newest size, if it was changed
// since one was taken from it. Where there is a signal WINCH the child gets that
// too.
func (c *Child) Resized() <-chan ptyio.Size { return c.life.resized }

// Done returns a channel that is closed when the child has ended. A Main that
// waits for something else than its streams waits for Done too; it may then do
// what must be done in this program, and return.
func (c *Child) Done() <-chan struct{} { return c.life.over }

// Await returns the next signal from ch, a channel that Notify was given, or ends
// the goroutine when the child ends.
func (c *Child) Await(ch <-chan os.Signal) os.Signal {
	select {
	case sig := <-ch:
		return sig
	case <-c.Done():
		runtime.Goexit()
		return nil
	}
}

// Sleep returns after d, or ends the goroutine when the child ends.
func (c *Child) Sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.Done():
	}
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	c.life.mayRun()
}

// Hang does nothing until the child is ended from outside, by a signal, Kill,
// Stop or Close, and does not return.
func (c *Child) Hang() {
	<-c.Done()
	runtime.Goexit()
}
