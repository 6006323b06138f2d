package main

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/tests/leak"
	"brood/tests/peers/turns"
	"brood/tests/rival"
)

func TestMain(m *testing.M) {
	rival.Child()
	if name := os.Getenv(envServe); name != "" {
		if err := serve(name); err != nil {
			panic(err)
		}
		os.Exit(0)
	}
	os.Exit(leak.Run(m))
}

// tried are the contestants whose programs the test starts. go-plugin is not
// among them: building it takes longer than all others together.
func tried() *regexp.Regexp {
	if testing.Short() {
		return regexp.MustCompile(`^(frames-c|brood-go|node-guide|python-multiprocessing)$`)
	}
	return regexp.MustCompile(`^(json|frames|brood-(go|c)$|node|python|start)`)
}

// Each contestant that is here opens a pool, which does 200 tasks, and takes a
// turn. Nothing is installed for it.
func TestContestantsTakeTurns(t *testing.T) {
	f := field{offline: true, scratch: t.TempDir()}
	for _, c := range f.contestants(tried()) {
		t.Run(c.name, func(t *testing.T) {
			cmd, err := c.command()
			if err != nil {
				t.Skip("not here: ", err)
			}
			cmd.Stderr = os.Stderr
			program, err := turns.Start(cmd)
			require.NoError(t, err)
			_, err = program.Ask(turns.Request{Op: turns.Open, Workers: 2, Queue: 100})
			assert.NoError(t, err)
			answer, err := program.Ask(turns.Request{Op: turns.Load, Callers: 8, Seconds: 0.02})
			assert.NoError(t, err)
			assert.Positive(t, answer.Tasks)
			assert.Positive(t, answer.Rate())
			answer, err = program.Ask(turns.Request{Op: turns.Latency, Seconds: 0.02})
			assert.NoError(t, err)
			assert.GreaterOrEqual(t, answer.P99, answer.P50)
			assert.NoError(t, program.Close())
		})
	}
}

func TestMeasureTellsWhoIsNotHere(t *testing.T) {
	f := field{offline: true, scratch: t.TempDir()}
	t.Setenv("PATH", t.TempDir()) // without node
	r := measure(f.contestants(regexp.MustCompile("^node-guide$|^json$")), plan{1, 5 * time.Millisecond}, io.Discard)
	require.Len(t, r.Results, 2)
	assert.Positive(t, r.named("json").median("outstanding=64 tasks/s"))
	assert.Equal(t, "does not replace a worker", r.named("json").Notes[recovery])
	assert.Contains(t, r.named("node-guide").NotHere, "executable file not found")
	var text bytes.Buffer
	require.NoError(t, r.print(&text))
	assert.Contains(t, text.String(), "recovery: does not replace a worker: json\n")
	assert.Contains(t, text.String(), "file not found in $PATH: node-guide\n")
}

// A program that ends in its turn gets no more, and the others go on.
func TestMeasureGoesOnWithoutAProgramThatEnded(t *testing.T) {
	f := field{offline: true, scratch: t.TempDir()}
	all := f.contestants(regexp.MustCompile("^json$"))
	all = append([]contestant{{name: "none", command: f.inGo("none")}}, all...)
	r := measure(all, plan{1, 5 * time.Millisecond}, io.Discard)
	assert.Contains(t, r.named("none").Notes["outstanding=1"], "no answer to open")
	assert.Len(t, r.named("none").Notes, 1)
	assert.Positive(t, r.named("json").median("outstanding=64 tasks/s"))
}

func TestTables(t *testing.T) {
	r := &report{Results: []*result{newResult("brood-go"), newResult("frames-go"), newResult("start-go")}}
	load64, load5000 := shapes[1], shapes[2]
	for i, tasks := range []int{400, 900, 800} {
		r.Results[0].add(load64, turns.Answer{Tasks: tasks, Seconds: 0.01}, 9*time.Millisecond)
		r.Results[1].add(load64, turns.Answer{Tasks: 100 * (i + 1), Seconds: 0.01}, 0)
	}
	r.Results[0].add(load5000, turns.Answer{Tasks: 1000, Seconds: 0.01}, 0)
	r.Results[0].add(shapes[len(shapes)-1], turns.Answer{Seconds: 0.012}, 0)
	r.Results[2].add(shapes[len(shapes)-1], turns.Answer{Seconds: 0.008}, 0)
	var text bytes.Buffer
	require.NoError(t, r.print(&text))
	for _, want := range []string{
		"brood-go - - 80.0k 11.2 100.0k - 12.0",
		"frames-go 4.00 - - -", // of 4, 4.5 and 2.67
		"brood-go 12.0 8.0 1.50",
	} {
		assert.Contains(t, strings.Join(strings.Fields(text.String()), " "), want)
	}
}
