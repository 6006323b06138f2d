package ptyiotest

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"brood/ptyio"
)

// recorder is a tester that only takes note.
type recorder struct {
	mu       sync.Mutex
	failures []string
	cleanups []func()
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) FailNow() { runtime.Goexit() }

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

// run runs one check to its end, whichever that is.
func (r *recorder) run(c check, s Subject) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		c.run(&trial{tester: r, Subject: s})
	}()
	<-over
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}

// registry ends, at the end of a control, what a broken transport has not.
type registry struct {
	good  ptyio.Transport
	mu    sync.Mutex
	conns []ptyio.Conn
}

func (r *registry) Start(cmd ptyio.Command) (ptyio.Conn, error) {
	conn, err := r.good.Start(cmd)
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.conns = append(r.conns, conn)
	}
	return conn, err
}

func (r *registry) end() {
	for _, conn := range r.conns {
		conn.Close()
		conn.Wait()
	}
}

// failing returns the names of the checks, of those that only names or else of
// all, that the broken transport fails. Each runs in a bubble, where the clock
// jumps: what hangs costs no time.
func failing(t *testing.T, b broken, s Subject, only ...string) (names []string) {
	for _, c := range checks() {
		if c.needs.missing(s) != "" || len(only) > 0 && !slices.Contains(only, c.name) {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			all := &registry{good: s.Transport}
			b, s := b, s
			b.good = all
			s.Transport = b
			r := &recorder{}
			r.run(c, s)
			all.end()
			pause(24 * time.Hour) // of the bubble's: whatever waits for a timer ends
			if len(r.failures) > 0 {
				names = append(names, c.name)
			}
		})
	}
	return names
}

// A control to the controls, and the proof that Scripted works in a bubble.
func TestScriptedConformsInABubble(t *testing.T) {
	for name, s := range map[string]Subject{"pipes": scriptedPipes(), "terminal": scriptedTerminal()} {
		t.Run(name, func(t *testing.T) {
			assert.Empty(t, failing(t, broken{}, s))
		})
	}
}

// fault is a broken transport and the check that finds it; others may too.
type fault struct {
	name   string
	broken broken
	check  string
}

func TestConformanceFindsFaults(t *testing.T) {
	for _, f := range slices.Concat(byteFaults(), exitFaults(), stopFaults()) {
		t.Run(f.name, func(t *testing.T) {
			assert.Equal(t, []string{f.check}, failing(t, f.broken, scriptedPipes(), f.check))
		})
	}
}
