package telemetry_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"brood/telemetry"
)

// The placeholder's types are known by the path of their package only: an
// otel release that moves them must be noticed here.
func TestRecorderIsOffWithoutAnSDK(t *testing.T) {
	placeholder := otel.GetTracerProvider()
	require.Equal(t, "go.opentelemetry.io/otel/internal/global", reflect.TypeOf(placeholder).Elem().PkgPath())

	assert.False(t, telemetry.New(nil, 0).Enabled(), "global placeholder")
	assert.False(t, telemetry.New(placeholder, 0).Enabled(), "placeholder handed over")
	assert.False(t, telemetry.New(noop.NewTracerProvider(), 0).Enabled(), "no-op")
	assert.False(t, (*telemetry.Recorder)(nil).Enabled(), "nil")
	assert.False(t, new(telemetry.Recorder).Enabled(), "zero")

	assert.True(t, telemetry.New(sdk.NewTracerProvider(), 0).Enabled(), "SDK")
}

// Setting the global provider cannot be undone, so another process does it.
func TestRecorderSeesTheGlobalSDK(t *testing.T) {
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), helperName+"=global")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "before: false\nglobal: true\nplaceholder: true\nearly recorder: false\n", string(out))
}

// setGlobalSDK is the other process of TestRecorderSeesTheGlobalSDK.
func setGlobalSDK() {
	placeholder := otel.GetTracerProvider()
	early := telemetry.New(nil, 0)
	fmt.Println("before:", early.Enabled())
	otel.SetTracerProvider(sdk.NewTracerProvider())
	fmt.Println("global:", telemetry.New(nil, 0).Enabled())
	fmt.Println("placeholder:", telemetry.New(placeholder, 0).Enabled())
	fmt.Println("early recorder:", early.Enabled())
}

func TestOffDoesNothingAndAllocatesNothing(t *testing.T) {
	recorders := map[string]*telemetry.Recorder{
		"nil": nil, "zero": {}, "no-op": telemetry.New(noop.NewTracerProvider(), 0),
	}
	for name, r := range recorders {
		cause, failed, now := remote(trace.FlagsSampled), errors.New("failed"), time.Now()
		attempt := 0
		allocs := testing.AllocsPerRun(100, func() {
			attempt++
			span := r.Start(cause, telemetry.HopExchange, "worker",
				telemetry.Pool(name), telemetry.TaskID(uint64(attempt)), telemetry.Attempt(attempt))
			span.SetAttributes(telemetry.PID(attempt))
			span.End(failed)
			r.Record(cause, telemetry.HopHandle, "x", now, now, failed, telemetry.Attempt(attempt))
		})
		assert.Zero(t, allocs, name)
		span := r.Start(cause, telemetry.HopSubmit, "x")
		assert.Equal(t, telemetry.Span{}, span, name)
		assert.False(t, span.Recording(), name)
		assert.False(t, span.Context().IsValid(), name)
	}
}

func TestUnsampledHopAllocatesNothing(t *testing.T) {
	r, exporter := recording(t, 0)
	cause, attempt := remote(0), 0
	allocs := testing.AllocsPerRun(100, func() {
		attempt++
		span := r.Start(cause, telemetry.HopExchange, "worker", telemetry.Attempt(attempt))
		span.SetAttributes(telemetry.PID(attempt))
		span.End(nil)
	})
	assert.Zero(t, allocs)
	assert.Empty(t, exporter.GetSpans())
	sampled := testing.AllocsPerRun(100, func() {
		r.Start(remote(trace.FlagsSampled), telemetry.HopExchange, "worker").End(nil)
	})
	assert.Positive(t, sampled, "the measure works")
}
