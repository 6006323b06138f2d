package turns

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// patience is how much longer than it was asked for an answer may take.
const patience = 60 * time.Second

// Contestant is a program that answers. For one goroutine.
type Contestant struct {
	cmd     *exec.Cmd
	in      io.Closer
	asks    *json.Encoder
	answers *json.Decoder
}

// Start starts the program of a contestant.
func Start(cmd *exec.Cmd) (*Contestant, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &Contestant{cmd: cmd, in: in, asks: json.NewEncoder(in), answers: json.NewDecoder(out)}, nil
}

// PID returns the process id of the program.
func (c *Contestant) PID() int { return c.cmd.Process.Pid }

// RefusedError is what a contestant answered instead of numbers. It can be asked
// again.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Ask returns the answer to r, or a *RefusedError. A program that does not
// answer for a minute is killed. After any other error it can only be closed.
func (c *Contestant) Ask(r Request) (Answer, error) {
	late := time.AfterFunc(patience+seconds(r.Seconds), func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	var a Answer
	if err := c.asks.Encode(r); err != nil {
		return a, fmt.Errorf("ask for %s: %w", r.Op, err)
	}
	if err := c.answers.Decode(&a); err != nil {
		return a, fmt.Errorf("no answer to %s: %w", r.Op, err)
	}
	if a.Error != "" {
		return a, &RefusedError{a.Error}
	}
	return a, nil
}

// Close ends the program and waits for it.
func (c *Contestant) Close() error {
	late := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	return errors.Join(c.in.Close(), c.cmd.Wait())
}
