//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"

	"brood/actors"
	"brood/runtime"
)

// envKeeper makes the test binary a program that runs the example on its own
// terminal, and tells how it ended and whether the terminal is as before.
const envKeeper = "EXAMPLE_POOL_KEEPER"

func keep() {
	before, err := term.GetState(0)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	run := exec.Command(os.Args[0], os.Args[1:]...)
	run.Stdin, run.Stdout, run.Stderr = os.Stdin, os.Stdout, os.Stderr
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, envKeeper) {
			run.Env = append(run.Env, variable)
		}
	}
	run.Env = append(run.Env, envMain+"=1")
	if err := run.Start(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Printf("pid %d.\n", run.Process.Pid)
	_ = run.Wait()
	after, err := term.GetState(0)
	fmt.Printf("ended with %d, restored %t\n", run.ProcessState.ExitCode(), err == nil && reflect.DeepEqual(before, after))
}

// console is the example on a terminal.
type console struct {
	t    *testing.T
	ctx  context.Context
	rt   *runtime.Runtime
	run  *runtime.Process
	news chan struct{} // there is more output

	mu     sync.Mutex
	output string
}

// open runs the example on a terminal of its own, by the library that it shows.
func open(t *testing.T, args ...string) *console {
	rt, err := runtime.New(runtime.Options{})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(func() {
		assert.NoError(t, rt.Shutdown(ctx))
		cancel()
	})
	c := &console{t: t, ctx: ctx, rt: rt, news: make(chan struct{}, 1)}
	self, err := os.Executable()
	require.NoError(t, err)
	c.run, err = rt.Start(ctx, runtime.ProcessSpec{
		Command:   runtime.Command{Path: self, Args: args, Env: runtime.Env{Set: map[string]string{envKeeper: "1"}}},
		Transport: runtime.PTY{Size: runtime.Size{Rows: 24, Cols: 140}},
		Restart:   runtime.Temporary,
		Output:    c.take,
	})
	require.NoError(t, err)
	return c
}

func (c *console) take(_ actors.Stream, data []byte) {
	c.mu.Lock()
	c.output += string(data)
	c.mu.Unlock()
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// press types keys and waits until all of these texts have been shown after that,
// in any order. It returns what was shown from then on.
func (c *console) press(keys string, texts ...string) string {
	c.t.Helper()
	c.mu.Lock()
	begin := len(c.output)
	c.mu.Unlock()
	if keys == "" {
		begin = 0
	} else {
		require.NoError(c.t, c.run.Write(c.ctx, []byte(keys)))
	}
	for {
		c.mu.Lock()
		shown := c.output[begin:]
		c.mu.Unlock()
		missing := ""
		for _, text := range texts {
			if !strings.Contains(shown, text) {
				missing = text
			}
		}
		if missing == "" {
			return shown
		}
		select {
		case <-c.news:
		case <-c.ctx.Done():
			require.FailNow(c.t, "never shown", "%q in %q", missing, shown)
		}
	}
}

// ends waits for the end of the example and returns how it was.
func (c *console) ends() string {
	c.t.Helper()
	exit, err := c.run.Wait(c.ctx)
	require.NoError(c.t, err)
	require.True(c.t, exit.Success(), exit)
	c.mu.Lock()
	defer c.mu.Unlock()
	_, end, found := strings.Cut(c.output, "ended with ")
	require.True(c.t, found, c.output)
	submitted, answered, _ := summaryOf(c.t, c.output)
	assert.Equal(c.t, submitted, answered)
	return strings.TrimSpace(end)
}

func TestKeysActOnThePool(t *testing.T) {
	c := open(t, "--size", "2", "--load", "100")
	c.press("", "size 2  ready 2", help)
	c.press("2", "\n>      1")
	c.press("\x1b[A", "\n>      0")
	c.press("k", "kill worker 0: done", "size 2  ready 2  restarts 1")
	c.press("r", "recycle worker 0: done", "replaced 1")
	c.press("+", "scale to 3: done", "size 3  ready 3")
	c.press("-", "scale to 2: done", "size 2  ready 2")
	c.press("o", "roll: done", "replaced 3")
	c.press("p", "PAUSED", "held 0")
	c.press("p", "going on")
	c.press("d", "DRAINING")
	assert.Equal(t, "0, restored true", c.ends())
}

func TestTerminalIsGivenBack(t *testing.T) {
	for name, keys := range map[string]struct{ typed, want string }{
		"quit":   {"q", "0, restored true"},
		"Ctrl-C": {"\x03", "130, restored true"},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, "--size", "1")
			c.press("", "size 1  ready 1")
			c.press(keys.typed, showCursor)
			assert.Equal(t, keys.want, c.ends())
		})
	}
	t.Run("a signal", func(t *testing.T) {
		c := open(t, "--size", "1")
		var pid int
		_, text, _ := strings.Cut(c.press("", "pid ", ".\r\n", "size 1  ready 1"), "pid ")
		_, err := fmt.Sscanf(text, "%d.", &pid)
		require.NoError(t, err)
		require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
		assert.Equal(t, "143, restored true", c.ends())
	})
}

// A panic ends the program past the main goroutine's defers.
func TestPanicGivesTheTerminalBack(t *testing.T) {
	var out strings.Builder
	reset := 0
	s := &screen{out: &out, reset: func() error { reset++; return errors.New("gone") }}
	m := manager{screen: s}
	assert.PanicsWithValue(t, "at the disco", func() {
		defer m.screen.closeOnPanic()
		panic("at the disco")
	})
	assert.Equal(t, showCursor, out.String())
	assert.NoError(t, s.close(), "again")
	assert.Equal(t, 1, reset)
	s.draw([]string{"late"})
	assert.Equal(t, showCursor, out.String(), "nothing is drawn on what was given back")
}

func TestDrawsInPlace(t *testing.T) {
	var out strings.Builder
	s := &screen{out: &out}
	s.draw([]string{"one", "two", "three"})
	s.draw([]string{"four"})
	assert.Equal(t, "\x1b[?25l\rone\x1b[K\r\ntwo\x1b[K\r\nthree\x1b[K\r\n\x1b[J"+
		"\x1b[?25l\r\x1b[3Afour\x1b[K\r\n\x1b[J", out.String())
}
