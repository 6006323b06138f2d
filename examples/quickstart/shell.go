package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"brood/actors"
	"brood/runtime"
)

// question is typed into the shell. The shell prints the answer between < and
// >, where the terminal's echo of the question has a %.
const question = `printf '<%s>\n' "$(uname -s), terminal of $(stty size)"` + "\n"

var answer = regexp.MustCompile(`<([^%>]+)>`)

var errNoAnswer = errors.New("the shell did not answer")

// askShell starts a shell on a terminal, asks it the question, and keeps the
// answer.
func (j *job) askShell(ctx context.Context) error {
	heard := newListener()
	shell, err := j.rt.Start(ctx, runtime.ProcessSpec{
		Command:   runtime.Command{Path: "/bin/sh"},
		Transport: runtime.PTY{Size: runtime.Size{Rows: 24, Cols: 80}},
		Restart:   runtime.Temporary,
		Output:    heard.listen,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 10*time.Second, errNoAnswer)
	defer cancel()
	if err := shell.Write(ctx, []byte(question)); err != nil {
		return fmt.Errorf("ask the shell: %w", err)
	}
	select {
	case text := <-heard.answered:
		j.mu.Lock()
		j.report.Shell = text
		j.mu.Unlock()
		return nil
	case <-j.rt.Stopping():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// listener reads what the shell prints until the answer is there.
type listener struct {
	mu       sync.Mutex
	text     []byte
	answered chan string
}

func newListener() *listener { return &listener{answered: make(chan string, 1)} }

func (l *listener) listen(_ actors.Stream, data []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, data...)
	if m := answer.FindSubmatch(l.text); m != nil {
		select {
		case l.answered <- string(m[1]):
		default: // it has been heard
		}
	}
}
