package main

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"brood/runtime/worker"
	"brood/tests/leak"
)

// envMain makes the test binary the example itself.
const envMain = "EXAMPLE_ACTOR_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(envMain) != "" || worker.Name() != "" {
		main()
		os.Exit(0)
	}
	os.Exit(leak.Run(m))
}

func TestTalksToItsChildByMessages(t *testing.T) {
	example := exec.Command(os.Args[0])
	example.Env = append(os.Environ(), envMain+"=1", "GORACE=atexit_sleep_ms=0")
	output, err := example.CombinedOutput()
	require.NoError(t, err, "%s", output)
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	assert.Equal(t, "child started, incarnation 1", lines[0])
	assert.Equal(t, "child ended: exit code 0 (stopped)", lines[len(lines)-1])
	slices.Sort(lines) // answers and output travel on different ways
	assert.Equal(t, []string{
		"child ended: exit code 0 (stopped)",
		"child started, incarnation 1",
		`result "HEAR", error <nil>`,
		`result "YE", error <nil>`,
		`shouting "hear"`,
		`shouting "ye"`,
	}, lines)
}

func TestMessagesAndTasksAreOneTrace(t *testing.T) {
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	exporter := tracetest.NewInMemoryExporter()
	provider := sdk.NewTracerProvider(sdk.WithSyncer(exporter))
	before := otel.GetTracerProvider()
	otel.SetTracerProvider(provider)
	t.Cleanup(func() {
		otel.SetTracerProvider(before)
		assert.NoError(t, provider.Shutdown(context.Background()))
	})
	require.NoError(t, run(t.Context()))

	spans := exporter.GetSpans()
	names := map[string]string{} // by span id
	var cry tracetest.SpanStub
	for _, span := range spans {
		names[span.SpanContext.SpanID().String()] = span.Name
		if span.Name == "process *main.cry" {
			cry = span
		}
	}
	var edges []string
	for _, span := range spans {
		if span.SpanContext.TraceID() == cry.SpanContext.TraceID() {
			edges = append(edges, names[span.Parent.SpanID().String()]+" > "+span.Name)
		}
	}
	slices.Sort(edges)
	program := "exchange " + program()
	handle := strings.Replace(program, "exchange", "handle", 1)
	assert.Equal(t, []string{
		" > process *main.cry",
		program + " > " + handle,
		program + " > " + handle,
		"process *actors.Result > " + program,
		"process *actors.Result > process *actors.Result",
		"process *main.cry > " + program,
		"process *main.cry > process *actors.Result",
	}, edges)
}

// program is the name of this program, which its worker has too.
func program() string { return os.Args[0][strings.LastIndexByte(os.Args[0], '/')+1:] }
