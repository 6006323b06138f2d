package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// desk is a Submitter of the test's own: what it is given waits for the test's
// word.
type desk struct {
	under atomic.Int64 // way
	most  atomic.Int64
	serve func(ctx context.Context, payload string) (string, error)
}

func (d *desk) Submit(ctx context.Context, task actors.Task) (actors.Result, error) {
	defer d.under.Add(-1)
	for n := d.under.Add(1); ; {
		if most := d.most.Load(); n <= most || d.most.CompareAndSwap(most, n) {
			break
		}
	}
	payload, err := d.serve(ctx, string(task.Payload))
	return actors.Result{Payload: []byte(payload), Err: err}, err
}

// double is what the desks and workers of these tests do.
func double(_ context.Context, payload string) (string, error) {
	n, err := strconv.Atoi(payload)
	if n%10 == 7 {
		err = errors.New("no sevens")
	}
	return strconv.Itoa(2 * n), err
}

// count yields 0 to n-1 and notes how many it has yielded.
func count(n int, pulled *int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			*pulled = i + 1
			if !yield(i) {
				return
			}
		}
	}
}

func TestMapGivesAllInOrder(t *testing.T) {
	d := &desk{serve: double}
	pulled, index := 0, 0
	for got, err := range (runtime.Method[int, int]{To: d}).Map(t.Context(), count(1000, &pulled), runtime.MapOptions{Concurrency: 16}) {
		var failed *runtime.MapError
		if index%10 == 7 {
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, index, failed.Index)
			assert.EqualError(t, err, fmt.Sprintf("request %d: no sevens", index))
		} else {
			require.NoError(t, err)
			assert.Equal(t, 2*index, got)
		}
		index++
		assert.LessOrEqual(t, pulled, index-1+16, "asked for no more than it may hold")
	}
	assert.Equal(t, 1000, index)
	assert.LessOrEqual(t, d.most.Load(), int64(16))
}

// The first request is the slowest: it holds up the others only where order says
// so.
func TestMapAsCompleted(t *testing.T) {
	last := make(chan struct{})
	d := &desk{serve: func(ctx context.Context, payload string) (string, error) {
		if payload == "0" {
			<-last
		}
		return payload, nil
	}}
	var got []int
	pulled := 0
	options := runtime.MapOptions{Concurrency: 4, AsCompleted: true}
	for n, err := range (runtime.Method[int, int]{To: d}).Map(t.Context(), count(100, &pulled), options) {
		require.NoError(t, err)
		if got = append(got, n); len(got) == 99 {
			close(last)
		}
	}
	require.Len(t, got, 100)
	assert.Equal(t, 0, got[99])
	slices.Sort(got)
	for i, n := range got {
		assert.Equal(t, i, n)
	}
}

func TestMapThatIsLeftCancelsTheRest(t *testing.T) {
	var cancelled atomic.Int64
	d := &desk{serve: func(ctx context.Context, payload string) (string, error) {
		if payload == "0" {
			return payload, nil
		}
		<-ctx.Done()
		cancelled.Add(1)
		return "", context.Cause(ctx)
	}}
	pulled := 0
	for range (runtime.Method[int, int]{To: d}).Map(t.Context(), count(1000, &pulled), runtime.MapOptions{Concurrency: 8}) {
		break
	}
	assert.Zero(t, d.under.Load(), "nothing runs on")
	assert.EqualValues(t, pulled-1, cancelled.Load())
	assert.LessOrEqual(t, pulled, 8)
}

func TestMapWhoseContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	cause := errors.New("enough")
	d := &desk{serve: func(ctx context.Context, payload string) (string, error) {
		if payload == "3" {
			<-ctx.Done()
			return "", context.Cause(ctx)
		}
		return payload, nil
	}}
	var errs []error
	pulled := 0
	for _, err := range (runtime.Method[int, int]{To: d}).Map(ctx, count(1000, &pulled), runtime.MapOptions{Concurrency: 1}) {
		if errs = append(errs, err); len(errs) == 3 {
			cancel(cause)
		}
	}
	require.Len(t, errs, 4, "three responses, and the end")
	assert.NoError(t, errs[2])
	assert.Equal(t, cause, errs[3])
}

func TestMapOfWhatCannotBeEncoded(t *testing.T) {
	d := &desk{serve: func(_ context.Context, payload string) (string, error) { return payload, nil }}
	requests := slices.Values([]any{1, func() {}, 3})
	var got []any
	for resp, err := range (runtime.Method[any, any]{To: d}).Map(t.Context(), requests, runtime.MapOptions{}) {
		if err != nil {
			resp = err.Error()
		}
		got = append(got, resp)
	}
	assert.Equal(t, []any{1.0, "request 1: encode interface {}: json: unsupported type: func()", 3.0}, got)
}

func TestMapWithBadOptions(t *testing.T) {
	for _, err := range (runtime.Method[int, int]{}).Map(t.Context(), slices.Values([]int{1}), runtime.MapOptions{Concurrency: -1}) {
		assert.EqualError(t, err, "runtime: map: Concurrency is -1")
	}
}

// With a pool, calls go and come in batches.
func TestMapOverAPool(t *testing.T) {
	rt, err := runtime.New(runtime.Options{})
	require.NoError(t, err)
	defer rt.Shutdown(context.Background())
	pool, err := rt.StartPool(t.Context(), runtime.PoolSpec{Command: runtime.Worker("double"), Size: 2})
	require.NoError(t, err)
	method := runtime.Method[int, int]{To: pool}
	for _, options := range []runtime.MapOptions{{}, {Concurrency: 1}, {Concurrency: 7}, {AsCompleted: true}} {
		var want, got []int
		failed, pulled := 0, 0
		for n, err := range method.Map(t.Context(), count(2000, &pulled), options) {
			if err != nil {
				require.ErrorIs(t, err, actors.ErrTaskFailed)
				failed++
				continue
			}
			got = append(got, n)
		}
		for i := range 2000 {
			if i%10 != 7 {
				want = append(want, 2*i)
			}
		}
		if options.AsCompleted {
			slices.Sort(got)
		}
		assert.Equal(t, want, got)
		assert.Equal(t, 200, failed)
	}
	endless := 0
	for n := range method.Map(t.Context(), count(1<<40, &endless), runtime.MapOptions{}) {
		if n > 1000 {
			break
		}
	}
	stats := pool.Stats()
	assert.Zero(t, stats.Queued, "nothing waits for who has left")
}
