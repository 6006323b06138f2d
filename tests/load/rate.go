package load

import (
	"context"
	"slices"
	"sync"
	"time"
)

// For lets callers work as Drive does, for about d from when all of them have had an
// answer: to make 100,000 goroutines, and their stacks as large as they need them, takes
// half a second. It returns how many tasks were answered in what time.
func For(pool Pool, callers int, d time.Duration) (tasks int, took time.Duration, err error) {
	var coming sync.WaitGroup
	coming.Add(callers)
	var began time.Time
	open := sync.OnceFunc(func() { began = time.Now() })
	tasks, err = drive(pool, callers, func() {
		coming.Done()
		coming.Wait()
		open()
	}, During(d))
	return tasks, time.Since(began), err
}

// Rate returns how many tasks a second pool answers, asked by so many callers
// for about d.
func Rate(pool Pool, callers int, d time.Duration) (float64, error) {
	tasks, took, err := For(pool, callers, d)
	return float64(tasks) / took.Seconds(), err
}

// Latencies returns how long each task took that one caller submitted during d,
// in ascending order; at least one.
func Latencies(pool Pool, d time.Duration) ([]time.Duration, error) {
	payload := NewPayload(0)
	var all []time.Duration
	began := time.Now()
	for now := began; len(all) == 0 || now.Sub(began) < d; {
		number(payload, len(all))
		if err := ask(context.Background(), pool, payload); err != nil {
			return nil, err
		}
		then := time.Now()
		all = append(all, then.Sub(now))
		now = then
	}
	slices.Sort(all)
	return all, nil
}

// Percentile returns the value that p percent of the values, which are in
// ascending order, do not exceed. Of no values it is zero.
func Percentile[T any](sorted []T, p int) (value T) {
	if len(sorted) == 0 {
		return value
	}
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}

// Median returns the middle one of values, and of two the greater. Of no values
// it is zero.
func Median(values []float64) float64 {
	return Percentile(slices.Sorted(slices.Values(values)), 50)
}

// Quotients divides a by b, element by element.
func Quotients(a, b []float64) []float64 {
	q := make([]float64, min(len(a), len(b)))
	for i := range q {
		q[i] = a[i] / b[i]
	}
	return q
}
