package main

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"time"

	"brood/tests/load"
	"brood/tests/peers/turns"
)

// plan is how much is measured.
type plan struct {
	rounds int
	turn   time.Duration
}

const (
	workers = 4
	many    = 64 // workers, of a pool that has many
	// warmUp is for how many turns a new pool works before it is measured: what
	// compiles while it runs, as Node does, is at its best then.
	warmUp      = 8
	recovery    = "recovery"
	manyWorkers = "workers=64"
)

// shape is one thing that is measured.
type shape struct {
	name      string
	workers   int
	ask       turns.Request
	broodOnly bool // it tells about this project's pool alone
	turns     int  // how long a turn is, in turns of the plan; zero means 1
}

// shapes in the order in which they are measured. Those with the same number
// of workers follow each other, for each change of it opens a new pool.
var shapes = []shape{
	{name: "outstanding=1", workers: workers, ask: turns.Request{Op: turns.Latency}},
	{name: "outstanding=64", workers: workers, ask: turns.Request{Op: turns.Load, Callers: 64}},
	{name: "queued=5000", workers: workers, ask: turns.Request{Op: turns.Load, Callers: 5000}},
	{name: "batch=5000", workers: workers, ask: turns.Request{Op: turns.Batch, Callers: 5000}},
	{name: "queued=100000", workers: workers, ask: turns.Request{Op: turns.Load, Callers: 100_000}, broodOnly: true, turns: 4},
	{name: manyWorkers, workers: many, ask: turns.Request{Op: turns.Load, Callers: 64}, broodOnly: true},
	{name: recovery, workers: 1, ask: turns.Request{Op: turns.Recover}},
}

// queue is how many tasks a pool must let wait.
const queue = 200_000

// entrant is a contestant that takes part.
type entrant struct {
	contestant
	program *turns.Contestant
	result  *result
}

// measure lets the contestants take turns. What happens is told on progress.
func measure(all []contestant, p plan, progress io.Writer) *report {
	r := &report{Turn: p.turn.Seconds()}
	var entrants []*entrant
	for _, c := range all {
		e := &entrant{contestant: c, result: newResult(c.name)}
		if err := e.start(); err != nil {
			e.result.NotHere = err.Error()
			fmt.Fprintf(progress, "%s is not here: %s\n", c.name, err)
		} else {
			entrants = append(entrants, e)
		}
		r.Results = append(r.Results, e.result)
	}
	// The shapes are the outer loop, so that pools are not opened for each turn.
	for _, s := range shapes {
		fmt.Fprintln(progress, s.name)
		for round := range p.rounds {
			for _, e := range entrants {
				e.turn(s, p, round)
			}
		}
	}
	for _, e := range entrants {
		if err := e.close(); err != nil {
			e.result.Notes["end"] = err.Error()
			fmt.Fprintf(progress, "%s: end: %s\n", e.name, err)
		}
	}
	return r
}

func (e *entrant) start() error {
	cmd, err := e.command()
	if err != nil {
		return err
	}
	cmd.Stderr = nil // what libraries say about workers that were killed
	e.program, err = turns.Start(cmd)
	return err
}

// takesPart reports whether the shape is one of e's.
func (e *entrant) takesPart(s shape) bool {
	if len(e.only) > 0 && !slices.Contains(e.only, s.name) {
		return false
	}
	return e.program != nil && e.result.Notes[s.name] == "" && (!s.broodOnly || isBrood(e.name))
}

// turn gives e one turn. After an error it gets no more in this shape, and if
// its program is gone, in none.
func (e *entrant) turn(s shape, p plan, round int) {
	if !e.takesPart(s) {
		return
	}
	err := e.prepare(s, p, round)
	if err == nil {
		err = e.ask(s, p)
	}
	if err == nil {
		return
	}
	e.result.Notes[s.name] = err.Error()
	if refused := new(turns.RefusedError); !errors.As(err, &refused) {
		e.close()
	}
}

// prepare opens a pool of the shape's size, if the one that is open is not. For
// a recovery it opens a new one each time.
func (e *entrant) prepare(s shape, p plan, round int) error {
	if e.result.open == s.workers && (s.name != recovery || round == 0) {
		return nil
	}
	e.result.open = s.workers
	_, err := e.program.Ask(turns.Request{Op: turns.Open, Workers: s.workers, Queue: queue})
	if err == nil && s.name != recovery {
		_, err = e.program.Ask(turns.Request{Op: turns.Load, Callers: 64, Seconds: warmUp * p.turn.Seconds()})
	}
	return err
}

func (e *entrant) ask(s shape, p plan) error {
	request := s.ask
	request.Seconds = float64(max(s.turns, 1)) * p.turn.Seconds()
	before := treeCPU(e.program.PID())
	answer, err := e.program.Ask(request)
	if err != nil {
		return err
	}
	e.result.add(s, answer, treeCPU(e.program.PID())-before)
	return nil
}

func (e *entrant) close() error {
	if e.program == nil {
		return nil
	}
	err := e.program.Close()
	e.program = nil
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("ended with %s", exit)
	}
	return err
}

// median is the middle of the rounds' values of one number.
func (r *result) median(number string) float64 { return load.Median(r.Numbers[number]) }
