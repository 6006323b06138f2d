package turns

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"brood/tests/load"
)

// warmUp is how many tasks a new pool does for each worker before it says that
// it is open.
const warmUp = 100

// Batcher is a pool that takes many tasks at once.
type Batcher interface {
	// SubmitBatch returns when all are answered, and the first error.
	SubmitBatch(ctx context.Context, payloads [][]byte) error
}

// Recoverer is a pool that replaces a worker that died.
type Recoverer interface {
	// Recover kills a worker of a pool that has one, and returns how long it
	// took until its replacement's first answer.
	Recover() (time.Duration, error)
}

// Opener starts a pool that lets queue tasks wait.
type Opener func(workers, queue int) (load.Pool, error)

// Serve does what is asked for on in, and answers on out, until in ends.
func Serve(open Opener, in io.Reader, out io.Writer) error {
	s := &server{start: open}
	requests, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var r Request
		if err := requests.Decode(&r); err == io.EOF {
			return s.close()
		} else if err != nil {
			return errors.Join(err, s.close())
		}
		answer, err := s.do(r)
		if err != nil {
			answer.Error = err.Error()
		}
		if err := answers.Encode(answer); err != nil {
			return errors.Join(err, s.close())
		}
	}
}

type server struct {
	start Opener
	pool  load.Pool
}

func (s *server) close() error {
	if s.pool == nil {
		return nil
	}
	pool := s.pool
	s.pool = nil
	return pool.Close()
}

func (s *server) do(r Request) (a Answer, err error) {
	if s.pool == nil && r.Op != Open {
		return a, errors.New("no pool is open")
	}
	switch r.Op {
	case Open:
		return a, s.open(r)
	case Load:
		tasks, took, err := load.For(s.pool, r.Callers, seconds(r.Seconds))
		a.Tasks, a.Seconds = tasks, took.Seconds()
		return a, err
	case Latency:
		all, err := load.Latencies(s.pool, seconds(r.Seconds))
		a.P50 = micros(load.Percentile(all, 50))
		a.P99 = micros(load.Percentile(all, 99))
		return a, err
	case Batch:
		return s.batch(r)
	case Recover:
		pool, ok := s.pool.(Recoverer)
		if !ok {
			return a, errors.New("does not replace a worker")
		}
		took, err := pool.Recover()
		a.Seconds = took.Seconds()
		return a, err
	}
	return a, errors.New("asked for " + r.Op)
}

func (s *server) open(r Request) error {
	err := s.close()
	if err == nil {
		s.pool, err = s.start(r.Workers, r.Queue)
	}
	if err == nil {
		_, err = load.Drive(s.pool, r.Workers, load.AtMost(warmUp*r.Workers))
	}
	return err
}

func (s *server) batch(r Request) (a Answer, err error) {
	pool, ok := s.pool.(Batcher)
	if !ok {
		return a, errors.New("has no batch call")
	}
	payloads := make([][]byte, r.Callers)
	for i := range payloads {
		payloads[i] = load.NewPayload(i)
	}
	began := time.Now()
	for a.Tasks == 0 || time.Since(began) < seconds(r.Seconds) {
		if err := pool.SubmitBatch(context.Background(), payloads); err != nil {
			return a, err
		}
		a.Tasks += len(payloads)
	}
	a.Seconds = time.Since(began).Seconds()
	return a, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
