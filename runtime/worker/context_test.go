package worker

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type contextKey struct{}

// Whatever is asked first, the answers are those of a context of package context.
func TestTaskContext(t *testing.T) {
	server, end := context.WithCancel(context.WithValue(t.Context(), contextKey{}, "value"))
	defer end()
	asks := map[string]func(context.Context){
		"nothing": func(context.Context) {},
		"done":    func(ctx context.Context) { ctx.Done() },
		"err":     func(ctx context.Context) { _ = ctx.Err() },
		"value":   func(ctx context.Context) { assert.Equal(t, "value", ctx.Value(contextKey{})) },
		"cause":   func(ctx context.Context) { _ = context.Cause(ctx) },
	}
	for name, ask := range asks {
		t.Run(name, func(t *testing.T) {
			ctx := &taskContext{server: server}
			ask(ctx)
			assert.NoError(t, ctx.Err())
			assert.NoError(t, context.Cause(ctx))
			ctx.end()
			assert.Equal(t, context.Canceled, ctx.Err())
			assert.Equal(t, context.Canceled, context.Cause(ctx))
			_, open := <-ctx.Done()
			assert.False(t, open)
		})
	}
}

// What is derived from it ends with it, without a goroutine that waits for that.
func TestTaskContextEndsWhatIsDerived(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx := &taskContext{server: t.Context()}
	derived, cancel := context.WithCancelCause(context.WithValue(ctx, contextKey{}, 1))
	defer cancel(nil)
	require.Equal(t, before, runtime.NumGoroutine())
	ctx.end()
	<-derived.Done()
	assert.Equal(t, context.Canceled, context.Cause(derived))
}

func TestTaskContextEndsWithTheServer(t *testing.T) {
	server, end := context.WithCancel(t.Context())
	asked, unasked := &taskContext{server: server}, &taskContext{server: server}
	done := asked.Done()
	end()
	<-done
	assert.Equal(t, context.Canceled, asked.Err())
	assert.Equal(t, context.Canceled, unasked.Err())
}
