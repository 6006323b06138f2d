package main

import (
	"context"
	"errors"
	"os"
	"time"

	"brood/runtime"
	"brood/tests/load"
	"brood/tests/peers/turns"
	"brood/tests/rival"
)

// envProgram is where a contestant in Go finds the worker in C.
const envProgram = "PEERS_PROGRAM"

// pools are the contestants in Go by name.
var pools = map[string]turns.Opener{
	"json":           byHand(func(rival.Program) rivalStart { return rival.JSON }),
	"json-pipelined": byHand(func(rival.Program) rivalStart { return rival.PipelinedJSON }),
	"frames-go":      byHand(func(rival.Program) rivalStart { return rival.Frames("") }),
	"frames-c":       byHand(func(p rival.Program) rivalStart { return rival.Frames(p) }),

	"brood-go":    brood(rival.Brood{}),
	"brood-go-1":  brood(rival.Brood{Prefetch: 1}),
	"brood-go-4":  brood(rival.Brood{Prefetch: 4}),
	"brood-go-64": brood(rival.Brood{Prefetch: 64}),
	"brood-c":     inC(rival.Brood{}),
	"brood-c-1":   inC(rival.Brood{Prefetch: 1}),
	"brood-c-4":   inC(rival.Brood{Prefetch: 4}),
	"brood-c-64":  inC(rival.Brood{Prefetch: 64}),

	"brood-go-nopause": brood(rival.Brood{Backoff: runtime.Backoff{Min: -1}}),
	"brood-c-nopause":  inC(rival.Brood{Backoff: runtime.Backoff{Min: -1}}),
	"start-go":         starting,
	"start-c":          starting,
}

type rivalStart = func(workers int) (load.Pool, error)

func byHand(start func(rival.Program) rivalStart) turns.Opener {
	return func(workers, _ int) (load.Pool, error) { return start(program())(workers) }
}

func brood(spec rival.Brood) turns.Opener {
	return func(workers, queue int) (load.Pool, error) {
		spec.QueueLimit = queue
		return spec.Start(workers)
	}
}

func inC(spec rival.Brood) turns.Opener {
	return func(workers, queue int) (load.Pool, error) {
		spec.Program = program()
		return brood(spec)(workers, queue)
	}
}

// program is the worker in C, or "" for the one in Go.
func program() rival.Program { return rival.Program(os.Getenv(envProgram)) }

// starter is no pool: it starts a worker by hand.
type starter struct{ program rival.Program }

func starting(int, int) (load.Pool, error) { return starter{program()}, nil }

var _ turns.Recoverer = starter{}

// Recover returns how long a start takes, to the first answer.
func (s starter) Recover() (time.Duration, error) { return rival.FirstAnswer(s.program) }

// Submit echoes, so that the warm-up finds what it looks for.
func (starter) Submit(_ context.Context, payload []byte) ([]byte, error) {
	if payload == nil {
		return nil, errors.New("no payload")
	}
	return payload, nil
}

func (starter) Close() error { return nil }
