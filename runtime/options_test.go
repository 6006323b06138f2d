package runtime

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
)

// faults returns the texts of a multierror.
func faults(t *testing.T, err error) []string {
	t.Helper()
	var all *multierror.Error
	require.ErrorAs(t, err, &all)
	var texts []string
	for _, fault := range all.Errors {
		texts = append(texts, fault.Error())
	}
	return texts
}

func TestNewReportsAllFaults(t *testing.T) {
	rt, err := New(Options{System: quietSystem(), Logger: slog.Default(), TraceOneIn: -1, ShutdownTimeout: -1})
	assert.Nil(t, rt)
	assert.Equal(t, []string{
		"both System and Logger are set",
		"TraceOneIn is -1",
		"ShutdownTimeout is -1ns",
	}, faults(t, err))
}

func TestOptionsDefaults(t *testing.T) {
	given := quietSystem()
	o := Options{System: given, ShutdownTimeout: time.Second, SampleInterval: time.Minute}
	o.setDefaults()
	assert.Equal(t, Options{System: given, ShutdownTimeout: time.Second, SampleInterval: time.Minute}, o, "what is set stays")

	o = Options{}
	o.setDefaults()
	assert.NotNil(t, o.System)
	assert.Equal(t, DefaultShutdownTimeout, o.ShutdownTimeout)
}

// fresh returns a runtime that is shut down after the test.
func fresh(t *testing.T, options Options) *Runtime {
	t.Helper()
	rt, err := New(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, rt.Shutdown(context.Background())) })
	return rt
}

func TestStartReportsAllFaults(t *testing.T) {
	rt := fresh(t, Options{})
	_, err := rt.Start(t.Context(), ProcessSpec{
		Prefetch: -1, StartTimeout: -2, Grace: -3,
		Output: func(actors.Stream, []byte) {}, OutputTo: rt.PID(),
		Restart: 9, Intensity: -4, Period: -5,
		Backoff: Backoff{Max: -6},
	})
	require.Error(t, err)
	for _, fault := range []string{
		"Command.Path is empty", "Prefetch is -1", "StartTimeout is -2ns", "Grace is -3ns",
		"more than one of Output, Lines and OutputTo is set",
		"unknown Restart 9", "Intensity is negative: -4", "Period is negative: -5ns", "-6ns",
	} {
		assert.ErrorContains(t, err, fault)
	}
	assert.Empty(t, rt.services)
}

func TestStartPoolReportsAllFaults(t *testing.T) {
	rt := fresh(t, Options{})
	_, err := rt.StartPool(t.Context(), PoolSpec{
		Size: -1, Prefetch: -2, QueueLimit: -3, MaxAttempts: -4,
		StartTimeout: -5, Grace: -6, CancelGrace: -7, CancelStep: -11,
		Intensity: -8, Period: -9, Backoff: Backoff{Max: -10},
	})
	require.Error(t, err)
	for _, fault := range []string{
		"Size is -1", "Prefetch is -2", "QueueLimit is -3", "MaxAttempts is -4",
		"Command.Path is empty", "StartTimeout is -5ns", "Grace is -6ns", "CancelGrace is -7ns", "CancelStep is -11ns",
		"Intensity is negative: -8", "Period is negative: -9ns", "-10ns",
	} {
		assert.ErrorContains(t, err, fault)
	}
	assert.Empty(t, rt.services)
}

func TestRunReportsAllFaults(t *testing.T) {
	rt := fresh(t, Options{})
	_, err := rt.Run(t.Context(), RunSpec{MaxOutputBytes: -1, Grace: -2})
	require.Error(t, err)
	for _, fault := range []string{"MaxOutputBytes is -1", "Command.Path is empty", "Grace is -2ns"} {
		assert.ErrorContains(t, err, fault)
	}
	assert.Empty(t, rt.services)
}

func TestPoolDefaults(t *testing.T) {
	s := PoolSpec{Command: Command{Path: "/usr/bin/true"}}
	s.setDefaults()
	assert.Equal(t, PoolSpec{
		Command: Command{Path: "/usr/bin/true"}, Name: "true", Size: 4, Protocol: Wire{},
		Intensity: 40, Period: 10 * time.Second, Backoff: Backoff{Eager: true},
	}, s)
}

// quietSystem returns an actor system that does not log.
func quietSystem() *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
}
