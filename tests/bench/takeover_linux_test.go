package bench

import (
	"context"
	"slices"
	"testing"
	"time"

	"brood/actors"
	"brood/runtime"
)

// BenchmarkTakeover measures the time from when the one worker that holds a task is
// killed until that task's answer: by the restarted worker, or by a spare that is
// there.
func BenchmarkTakeover(b *testing.B) {
	for _, c := range []struct {
		name string
		spec runtime.PoolSpec
	}{
		{"restart", runtime.PoolSpec{Size: 1}},
		{"spare", runtime.PoolSpec{Scale: runtime.Scale{Min: 1, Max: 2, Spares: 1}}},
	} {
		b.Run(c.name, func(b *testing.B) { takeOver(b, c.spec) })
	}
}

func takeOver(b *testing.B, spec runtime.PoolSpec) {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	spec.Command, spec.Backoff.Min = runtime.Worker("rival-echo"), -1
	spec.Intensity, spec.Period = 1<<20, time.Second
	workers := max(spec.Size, spec.Scale.Max)
	pool, err := rt.StartPool(ctx, spec)
	if err != nil {
		b.Fatal(err)
	}
	var times []float64
	for range b.N {
		whole(b, pool, workers)
		answered := make(chan error, 1)
		pool.Pause() // the task waits until the first worker is being killed
		go func() {
			_, err := pool.Submit(ctx, actors.Task{Payload: []byte("x"), Repeatable: true})
			answered <- err
		}()
		for pool.Stats().Queued == 0 {
			<-time.After(50 * time.Microsecond)
		}
		began := time.Now()
		if err := pool.Kill(pool.Stats().Workers[0].Number); err != nil {
			b.Fatal(err)
		}
		pool.Resume()
		if err := <-answered; err != nil {
			b.Fatal(err)
		}
		times = append(times, float64(time.Since(began).Microseconds()))
	}
	b.ReportMetric(0, "ns/op") // the rest of the round is no part of it
	slices.Sort(times)
	b.ReportMetric(times[len(times)/2], "us/recovery")
	b.ReportMetric(times[0], "us/best")
}

// whole waits until so many workers take tasks; a task makes an elastic pool look.
func whole(b *testing.B, pool *runtime.Pool, workers int) {
	for {
		if _, err := pool.Submit(context.Background(), actors.Task{Payload: []byte("x"), Repeatable: true}); err != nil {
			b.Fatal(err)
		}
		ready := 0
		for _, w := range pool.Stats().Workers {
			if w.Ready {
				ready++
			}
		}
		if ready == workers {
			return
		}
		<-time.After(time.Millisecond)
	}
}
