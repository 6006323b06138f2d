package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"brood/actors"
	"brood/runtime"
	"brood/tests/rival"
)

// BenchmarkTakeover measures the time from when the one worker that holds a task is
// killed until that task's answer: by the restarted worker, or by a spare that is
// there. In it is what the kernel takes to end the killed one, which is most of it if
// that is in Go: a process in C has less to give back. So that is measured, too, of one
// that was started by hand: from the kill until its pipe ends.
func BenchmarkTakeover(b *testing.B) {
	commands := map[string]runtime.Command{"go": runtime.Worker("rival-echo")}
	programs := map[string]rival.Program{"go": ""}
	if c, err := compiled(); err == nil {
		commands["c"], programs["c"] = runtime.Command{Path: string(c)}, c
	}
	for language, command := range commands {
		b.Run(language+"/end", func(b *testing.B) {
			var times []float64
			for range recoveries * b.N {
				took, err := rival.End(programs[language])
				if err != nil {
					b.Fatal(err)
				}
				times = append(times, float64(took.Microseconds()))
			}
			report(b, times)
		})
		for name, spec := range map[string]runtime.PoolSpec{
			"restart": {Size: 1},
			"spare":   {Scale: runtime.Scale{Min: 1, Max: 2, Spares: 1}},
		} {
			spec.Command = command
			b.Run(language+"/"+name, func(b *testing.B) { takeOver(b, spec) })
		}
	}
}

func takeOver(b *testing.B, spec runtime.PoolSpec) {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	spec.Backoff.Min = -1
	spec.Intensity, spec.Period = 1<<20, time.Second
	workers := max(spec.Size, spec.Scale.Max)
	pool, err := rt.StartPool(ctx, spec)
	if err != nil {
		b.Fatal(err)
	}
	var times []float64
	for killed := range recoveries * b.N {
		whole(b, pool, workers, killed)
		signalAll(b, pool, syscall.SIGSTOP) // whoever gets the task does not answer it
		awaitStop(b, pool)
		answered := make(chan error, 1)
		go func() {
			_, err := pool.Submit(ctx, actors.Task{Payload: []byte("x"), Repeatable: true})
			answered <- err
		}()
		victim := holder(pool)
		signalAll(b, pool, syscall.SIGCONT, victim)
		began := time.Now()
		if err := pool.Kill(victim); err != nil {
			b.Fatal(err)
		}
		if err := <-answered; err != nil {
			b.Fatal(err)
		}
		times = append(times, float64(time.Since(began).Microseconds()))
	}
	report(b, times)
}

// report reports times in microseconds; the rest of the rounds is no part of them.
func report(b *testing.B, times []float64) {
	b.ReportMetric(0, "ns/op")
	slices.Sort(times)
	b.ReportMetric(times[len(times)/2], "us/recovery")
	b.ReportMetric(times[0], "us/best")
}

// signalAll signals the workers but those excepted.
func signalAll(b *testing.B, pool *runtime.Pool, sig syscall.Signal, except ...int) {
	for _, w := range pool.Stats().Workers {
		if slices.Contains(except, w.Number) {
			continue
		}
		if err := syscall.Kill(w.PID, sig); err != nil {
			b.Fatal(err)
		}
	}
}

// awaitStop waits until all threads of the workers have stopped, which one that was
// asleep does some time after the signal: it could still answer.
func awaitStop(b *testing.B, pool *runtime.Pool) {
	for _, w := range pool.Stats().Workers {
		for stopped := false; !stopped; {
			threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", w.PID))
			if err != nil || len(threads) == 0 {
				b.Fatalf("worker %d is gone: %v", w.PID, err)
			}
			stopped = true
			for _, thread := range threads {
				stat, err := os.ReadFile(thread)
				if err != nil {
					b.Fatal(err)
				}
				stopped = stopped && bytes.Contains(stat, []byte(") T "))
			}
		}
	}
}

// holder waits until a worker holds a task.
func holder(pool *runtime.Pool) int {
	for {
		for _, w := range pool.Stats().Workers {
			if w.Held > 0 {
				return w.Number
			}
		}
	}
}

// whole waits until so many workers take tasks, and so many were replaced; a task
// makes an elastic pool look.
func whole(b *testing.B, pool *runtime.Pool, workers, killed int) {
	for {
		if _, err := pool.Submit(context.Background(), actors.Task{Payload: []byte("x"), Repeatable: true}); err != nil {
			b.Fatal(err)
		}
		ready, restarts := 0, 0
		for _, w := range pool.Stats().Workers {
			restarts += w.Restarts
			if w.Ready {
				ready++
			}
		}
		if ready == workers && restarts == killed {
			return
		}
		<-time.After(time.Millisecond)
	}
}
