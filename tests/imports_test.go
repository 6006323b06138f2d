package tests

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checks are the rules that hold for the whole of the source.
var checks = map[string]func([]source) []string{
	"edges":        checkEdges,
	"outside":      checkOutside,
	"two runtimes": checkRuntimes,
	"names":        checkNames,
	"docs":         checkDocs,
	"sleep":        checkSleep,
}

func TestSourceKeepsTheRules(t *testing.T) {
	files := load(t)
	var names []string
	for _, file := range files {
		names = append(names, file.name)
	}
	require.Subset(t, names, []string{"actors/task.go", "tests/imports_test.go", "tests/leak/run.go"}, "files are missed")
	for name, check := range checks {
		t.Run(name, func(t *testing.T) {
			for _, breach := range check(files) {
				t.Error(breach)
			}
		})
	}
}

func TestTopLevelHoldsNothingElse(t *testing.T) {
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	require.Contains(t, names, "go.mod", "not the root")
	assert.Empty(t, checkTopLevel(names))
}

// Each of these files breaks one rule, or none if want is empty.
func TestChecksReportBreaches(t *testing.T) {
	for _, test := range []struct {
		check, file, text, want string
	}{
		{"edges", "actors/a.go", `package actors; import "brood/actors/process"`, "actors/a.go: actors must not import actors/process"},
		{"edges", "ptyio/codec/a.go", `package codec; import "brood/telemetry"`, "ptyio/codec/a.go: ptyio/codec must not import telemetry"},
		{"edges", "telemetry/a_windows.go", `package telemetry; import "brood/actors"`, "telemetry/a_windows.go: telemetry must not import actors"},
		{"edges", "examples/run/main.go", `package main; import "brood/actors/pool"`, "examples/run/main.go: examples/run must not import actors/pool"},
		{"edges", "tests/a_test.go", `package tests; import "brood/actors/pool"`, "tests/a_test.go: tests must not import actors/pool"},
		{"edges", "actors/pool/a.go", `package pool; import "brood/tests/leak"`, "actors/pool/a.go: actors/pool must not import tests/leak"},
		{"edges", "actors/new/a.go", `package new`, "actors/new/a.go: no row for package actors/new"},
		{"edges", "actors/pool/a.go", `package pool; import "brood/actors/process"`, ""},
		{"edges", "actors/pool/a_test.go", `package pool; import "brood/tests/leak"`, ""},
		{"edges", "ptyio/a.go", `package ptyio; import "brood/ptyio/internal/tree"`, ""},

		{"outside", "ptyio/a.go", `package ptyio; import "go.opentelemetry.io/otel/trace"`, "ptyio/a.go: ptyio must not import go.opentelemetry.io/otel/trace: its SpanContext is a value that messages carry"},
		{"outside", "runtime/a.go", `package runtime; import "go.opentelemetry.io/otel"`, "runtime/a.go: runtime must not import go.opentelemetry.io/otel: names, units and recording live in one place"},
		{"outside", "telemetry/a.go", `package telemetry; import "go.opentelemetry.io/otel/sdk/trace"`, "telemetry/a.go: telemetry must not import go.opentelemetry.io/otel/sdk/trace: the program chooses the SDK, not the library"},
		{"outside", "actors/process/a.go", `package process; import "github.com/creack/pty"`, "actors/process/a.go: actors/process must not import github.com/creack/pty: one file wraps it"},
		{"outside", "ptyio/codec/a.go", `package codec; import "github.com/asynkron/protoactor-go/actor"`, "ptyio/codec/a.go: ptyio/codec must not import github.com/asynkron/protoactor-go/actor: they are usable without actors"},
		{"outside", "actors/pool/a.go", `package pool; import "github.com/asynkron/protoactor-go/router"`, "actors/pool/a.go: actors/pool must not import github.com/asynkron/protoactor-go/router: the pool chooses the worker"},
		{"outside", "runtime/a.go", `package runtime; import "os/exec"`, "runtime/a.go: runtime must not import os/exec: every child is started by ptyio and owned by an actor"},
		{"outside", "runtime/a_test.go", `package runtime; import "os/exec"`, ""},
		{"outside", "actors/pool/a.go", `package pool; import "github.com/asynkron/protoactor-go/actor"`, ""},

		{"two runtimes", "tests/a_test.go", `package tests; import ("brood/runtime"; std "runtime")`, "tests/a_test.go: imports the standard runtime and this project's"},
		{"two runtimes", "tests/a_test.go", `package tests; import "brood/runtime"`, ""},

		{"names", "ptyio/util/a.go", `package bytes`, "ptyio/util/a.go: a package named util"},
		{"names", "ptyio/a/a_test.go", `package helpers_test`, "ptyio/a/a_test.go: a package named helpers_test"},
		{"names", "ptyio/a/a.go", `package a`, ""},

		{"docs", "ptyio/a.go", `package ptyio`, "ptyio: no doc.go with a package comment"},
		{"docs", "ptyio/doc.go", `package ptyio`, "ptyio: no doc.go with a package comment"},
		{"docs", "ptyio/doc.go", "// Package ptyio is documented.\npackage ptyio", ""},
		{"docs", "examples/run/main.go", `package main`, ""},

		{"sleep", "ptyio/a.go", `package ptyio; import "time"; func f() { time.Sleep(1) }`, "ptyio/a.go: time.Sleep"},
		{"sleep", "ptyio/a.go", `package ptyio; import clock "time"; var f = clock.Sleep`, "ptyio/a.go: time.Sleep"},
		{"sleep", "ptyio/a.go", `package ptyio; func f(time sleeper) { time.Sleep(1) }`, ""},
		{"sleep", "ptyio/a_test.go", `package ptyio; import "time"; func f() { time.Sleep(1) }`, ""},
	} {
		t.Run(test.check+" "+test.file, func(t *testing.T) {
			var want []string
			if test.want != "" {
				want = []string{test.want}
			}
			assert.Equal(t, want, checks[test.check]([]source{parse(t, test.file, test.text)}))
		})
	}
}

func TestTopLevelReportsWhatDoesNotBelong(t *testing.T) {
	assert.Equal(t, []string{"util: not a part of the top level"}, checkTopLevel([]string{"go.mod", ".git", "util"}))
}
