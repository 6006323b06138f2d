package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"brood/telemetry"
)

func ExampleRecorder_Start() {
	exporter := tracetest.NewInMemoryExporter()
	r := telemetry.New(sdk.NewTracerProvider(sdk.WithSyncer(exporter)), 0)

	submit := r.Start(telemetry.FromContext(context.Background()), telemetry.HopSubmit, "files")
	exchange := r.Start(submit.Context(), telemetry.HopExchange, "worker", telemetry.Attempt(1))
	exchange.End(errors.New("worker exited"))
	submit.End(nil)

	for _, span := range exporter.GetSpans() {
		fmt.Println(span.Name, span.SpanKind, span.Status.Code)
	}
	// Output:
	// exchange worker client Error
	// submit files producer Unset
}

func ExampleEnviron() {
	r := telemetry.New(sdk.NewTracerProvider(), 0)
	spawn := r.Start(telemetry.FromContext(context.Background()), telemetry.HopSpawn, "worker")
	defer spawn.End(nil)

	cmd := exec.Command("worker")
	for name, value := range telemetry.Environ(spawn.Context()) {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	fmt.Println(len(cmd.Env))
	// Output: 1
}
