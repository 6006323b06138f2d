package rival

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"brood/runtime"
	"brood/tests/leak"
	"brood/tests/load"
)

func TestMain(m *testing.M) {
	Child()
	os.Exit(leak.Run(m))
}

// compile returns the worker in C, or skips the test.
func compile(t *testing.T) Program {
	t.Helper()
	program, err := CompileC(t.TempDir())
	if err == ErrNoCompiler {
		t.Skip(err)
	}
	require.NoError(t, err)
	return program
}

func answers(t *testing.T, start func(workers int) (load.Pool, error)) {
	t.Helper()
	pool, err := start(2)
	require.NoError(t, err)
	done, err := load.Drive(pool, 50, load.AtMost(200))
	assert.NoError(t, err)
	assert.Equal(t, 200, done)
	assert.NoError(t, pool.Close(), "the children end well")
}

func TestPoolsAnswerEveryTask(t *testing.T) {
	for name, start := range map[string]func(int) (load.Pool, error){
		"JSON":          JSON,
		"PipelinedJSON": PipelinedJSON,
		"Frames":        Frames(""),
		"Brood":         Brood{}.Start,
	} {
		t.Run(name, func(t *testing.T) { answers(t, start) })
	}
}

// More are under way than a child may have, and than its pipe holds.
func TestPipelinedWithManyCallers(t *testing.T) {
	pool, err := Frames("")(1)
	require.NoError(t, err)
	done, err := load.Drive(pool, 3*depth, load.AtMost(4*depth))
	assert.NoError(t, err)
	assert.Equal(t, 4*depth, done)
	assert.NoError(t, pool.Close())
}

func TestWorkerInC(t *testing.T) {
	program := compile(t)
	t.Run("frames", func(t *testing.T) { answers(t, Frames(program)) })
	t.Run("brood", func(t *testing.T) { answers(t, Brood{Program: program, Prefetch: 16}.Start) })
	t.Run("trace blocks", func(t *testing.T) {
		// All are sampled, so that each frame has one.
		answers(t, Brood{Program: program, Prefetch: 16, Tracing: sdktrace.NewTracerProvider()}.Start)
	})
	t.Run("large frames", func(t *testing.T) {
		pool, err := Frames(program)(1)
		require.NoError(t, err)
		large := make([]byte, 3<<20)
		large[len(large)-1] = 1
		reply, err := pool.Submit(t.Context(), large)
		assert.NoError(t, err)
		assert.Equal(t, large, reply)
		assert.NoError(t, pool.Close())
	})
}

func TestFirstAnswerAndRecover(t *testing.T) {
	programs := map[string]Program{"sdk": ""}
	if c, err := CompileC(t.TempDir()); err != ErrNoCompiler {
		require.NoError(t, err)
		programs["c"] = c
	}
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			took, err := FirstAnswer(program)
			require.NoError(t, err)
			assert.Positive(t, took)
			pool, err := Brood{Program: program, Backoff: runtime.Backoff{Min: -1}}.Start(1)
			require.NoError(t, err)
			took, err = pool.(*BroodPool).Recover()
			assert.NoError(t, err)
			assert.Greater(t, took, 50*time.Microsecond, "a program was started")
			assert.NoError(t, pool.Close())
		})
	}
}
