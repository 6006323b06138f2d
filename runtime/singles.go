package runtime

import (
	"context"
	"sync"

	"brood/actors"
	"brood/actors/pool"
)

// singles is a flow to a Submitter that knows no batches: a goroutine for each
// call, which ends with its context at the latest.
type singles struct {
	to      Submitter
	calls   sync.WaitGroup
	pending int           // calls that Take has not returned
	answer  []pool.Answer // what it returned last

	mu   sync.Mutex
	came sync.Cond
	done []pool.Answer // not taken yet
}

var (
	_ flow = (*singles)(nil)
	_ flow = (*pool.Flow)(nil)
)

func newSingles(to Submitter) *singles {
	s := &singles{to: to}
	s.came.L = &s.mu
	return s
}

// Add makes the call at once.
func (s *singles) Add(ctx context.Context, n int, task actors.Task) {
	s.pending++
	s.calls.Go(func() {
		result, err := s.to.Submit(ctx, task)
		result.Err = err
		s.mu.Lock()
		defer s.mu.Unlock()
		s.done = append(s.done, pool.Answer{N: n, Result: result})
		s.came.Signal()
	})
}

// Flush has nothing to do.
func (s *singles) Flush() {}

// Pending is how many calls have been added and not been returned by Take.
func (s *singles) Pending() int { return s.pending }

// Take waits for so many answers and returns all that are there. What it
// returned before is void. The calls' own contexts end it.
func (s *singles) Take(_ context.Context, atLeast int) ([]pool.Answer, error) {
	clear(s.answer)
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.done) < atLeast {
		s.came.Wait()
	}
	s.answer, s.done = s.done, s.answer[:0]
	s.pending -= len(s.answer)
	return s.answer, nil
}

// Close waits for the calls, whose contexts have ended.
func (s *singles) Close() { s.calls.Wait() }
