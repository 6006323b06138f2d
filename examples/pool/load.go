package main

import (
	"context"
	"strconv"
	"sync"
	"time"

	"brood/actors"
	"brood/runtime"
)

const (
	// floodCallers submit without a pause when there is no rate to keep to. What
	// they have under way fits into the pool's queue.
	floodCallers = 256
	// beat is how often tasks are submitted that have become due.
	beat = 5 * time.Millisecond
)

// job is one task of the load.
type job struct {
	payload    string
	repeatable bool
	patience   time.Duration // when it is given up; 0: never
}

// mix says what the task with this number is like.
func mix(n int) job {
	j := job{payload: strconv.Itoa(1000 + n%7*1000), repeatable: n%4 != 0}
	switch {
	case n%50 == 49:
		j.payload = "many" // fails
	case n%40 == 39:
		j.payload, j.patience = "1000000000000", 50*time.Millisecond
	case n%10 == 9:
		j.payload = "100000"
	}
	return j
}

// load submits tasks and counts what becomes of them.
type load struct {
	to    runtime.Submitter
	rate  int          // tasks a second; 0: as many as it takes
	spawn func(func()) // runs a goroutine whose end its owner waits for

	mu     sync.Mutex
	counts counts
}

// drive submits until stop ends; what is under way goes on until ctx ends.
func (l *load) drive(ctx, stop context.Context) {
	if l.rate > 0 {
		l.pace(ctx, stop)
		return
	}
	for range floodCallers {
		l.spawn(func() {
			for stop.Err() == nil && !over(l.submit(ctx)) {
			}
		})
	}
}

// pace keeps to the rate: what a late beat has missed is made up for.
func (l *load) pace(ctx, stop context.Context) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	began, sent := time.Now(), 0
	for {
		select {
		case <-ticker.C:
		case <-stop.Done():
			return
		}
		for due := int(time.Since(began).Seconds() * float64(l.rate)); sent < due; sent++ {
			l.spawn(func() { l.submit(ctx) })
		}
	}
}

// submit waits for the answer of one more task and counts it.
func (l *load) submit(ctx context.Context) error {
	l.mu.Lock()
	job := mix(int(l.counts.submitted))
	l.counts.submitted++
	l.mu.Unlock()
	if job.patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, job.patience)
		defer cancel()
	}
	_, err := l.to.Submit(ctx, actors.Task{Payload: []byte(job.payload), Repeatable: job.repeatable})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.add(err)
	return err
}

func (l *load) count() counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts
}
