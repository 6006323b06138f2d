package tests

// This file is the table of who may import whom. Imports go down only; what
// goes back up is a message. A new edge is a change of the design: it is made
// here first, with its reason.
//
// Packages are named relative to the module. As in Go's own patterns, x/...
// is x and everything below it. For a package the first row that names it
// holds; a package that no row names is reported.

type edge struct {
	from string
	to   []string
}

// edges: a package, and what of this project its non-test files may import.
// Of the packages under tests it binds the test files too: they are black box.
var edges = []edge{
	{"runtime", []string{"runtime/worker", "actors/...", "ptyio/...", "telemetry"}},
	{"runtime/worker", []string{"actors", "actors/protocol", "ptyio/codec", "ptyio/nonblock", "telemetry"}},
	{"runtime/worker/python", nil},

	{"actors/router", []string{"actors", "actors/process", "actors/internal/...", "telemetry"}},
	{"actors/pool", []string{"actors", "actors/process", "actors/supervisor", "actors/internal/...", "telemetry"}},
	{"actors/supervisor", []string{"actors", "actors/internal/..."}},
	{"actors/process", []string{"actors", "actors/health", "actors/protocol", "actors/internal/...", "ptyio", "ptyio/codec", "ptyio/nonblock", "telemetry"}},
	{"actors/protocol", []string{"actors", "ptyio/codec"}},
	{"actors/health", []string{"ptyio"}},
	{"actors/internal/...", []string{"actors"}},
	{"actors", nil},

	{"ptyio", []string{"ptyio/internal/..."}},
	{"ptyio/...", []string{"ptyio", "ptyio/internal/..."}},
	{"telemetry", nil},

	{"examples/...", []string{"runtime", "runtime/worker", "actors"}},
	{"tests/leak", nil},
	{"tests/load", []string{"tests/leak"}},
	{"tests/rival", []string{"runtime", "runtime/worker", "actors", "tests/load", "tests/leak"}},
	{"tests/peers/turns", []string{"tests/load", "tests/leak"}},
	{"tests/...", []string{"runtime", "runtime/worker", "runtime/worker/python", "actors", "ptyio", "ptyio/codec", "tests/leak", "tests/load", "tests/rival", "tests/peers/turns"}},
}

// outside: a package from outside, and who may import it in non-test files:
// only those in only or, if that is empty, all but those in never. The first
// row that names the package holds; what no row names is free.
var outside = []struct {
	imported    string
	only, never []string
	why         string
}{
	{
		imported: "go.opentelemetry.io/otel/trace",
		only:     []string{"telemetry", "actors", "actors/protocol", "actors/process", "actors/pool", "runtime", "runtime/worker", "examples/...", "tests/..."},
		why:      "its SpanContext is a value that messages carry",
	},
	{
		imported: "go.opentelemetry.io/otel/sdk/...",
		only:     []string{"examples/...", "tests/..."},
		why:      "the program chooses the SDK, not the library",
	},
	{
		imported: "go.opentelemetry.io/otel/exporters/...",
		only:     []string{"examples/...", "tests/..."},
		why:      "the program chooses the exporter, not the library",
	},
	{
		imported: "go.opentelemetry.io/otel/...",
		only:     []string{"telemetry", "examples/...", "tests/..."},
		why:      "names, units and recording live in one place",
	},
	{
		imported: "github.com/HdrHistogram/hdrhistogram-go",
		only:     []string{"actors/pool"},
		why:      "one file wraps it",
	},
	{
		imported: "github.com/creack/pty/...",
		only:     []string{"ptyio"},
		why:      "one file wraps it",
	},
	{
		imported: "github.com/asynkron/protoactor-go/router/...",
		only:     []string{"examples/...", "tests/..."},
		why:      "the pool chooses the worker",
	},
	{
		imported: "github.com/asynkron/protoactor-go/...",
		never:    []string{"ptyio/...", "telemetry"},
		why:      "they are usable without actors",
	},
	{
		imported: "os/exec",
		// ptyio looks programs up as os/exec does, ErrDot included.
		only: []string{"ptyio", "examples/...", "tests/..."},
		why:  "every child is started by ptyio and owned by an actor",
	},
}

// emptyNames are package names that say nothing about what is inside.
var emptyNames = []string{"util", "utils", "common", "types", "helper", "helpers", "manager"}

// topLevel is what the repository's root holds, beside files that begin with
// a dot.
var topLevel = []string{
	"README.md", "go.mod", "go.sum",
	"actors", "examples", "ptyio", "runtime", "telemetry", "tests",
}
