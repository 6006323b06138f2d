package main

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"brood/runtime"
	"brood/tests/transcript"
)

// sample is a view with so many workers.
func sample(workers int) view {
	v := view{
		load: 200, elapsed: 62*time.Second + 300*time.Millisecond, rate: 199.6, restarts: 3, note: "scale to 4: done",
		counts: counts{submitted: 12410, done: 11800, failed: 240, cancelled: 310, lost: 3, refused: 20, other: 1},
		stats: runtime.PoolStats{
			Size: workers, Queued: 12, Held: 9, Oldest: 43210 * time.Microsecond, Utilisation: 0.634, Replaced: 2,
			Wait:  runtime.PoolTimes{P50: 2 * time.Microsecond, P99: 14567 * time.Microsecond},
			Run:   runtime.PoolTimes{P50: 912 * time.Microsecond, P99: 1234 * time.Millisecond},
			Start: runtime.PoolTimes{P50: 31 * time.Millisecond, P99: 41 * time.Millisecond},
		},
	}
	kinds := []runtime.PoolWorker{
		{PID: 4711, Ready: true, Held: 3, Done: 5120, Busy: 0.61},
		{PID: 4712, Done: 77, Restarts: 1},
		{PID: 4713, Leaving: true, Held: 6, Done: 6600, Busy: 1},
		{Done: 3, Restarts: 2, Busy: 0.004},
	}
	for i := range workers {
		w := kinds[i%len(kinds)]
		w.Number = i
		v.stats.Workers = append(v.stats.Workers, w)
	}
	return v
}

func TestView(t *testing.T) {
	transcript.Replay(t, "view", func(*testing.T) func(string) []string {
		return func(line string) []string {
			words, values := transcript.Fields(line)
			number := func(name string) int {
				n, _ := strconv.Atoi(values[name])
				return n
			}
			v := sample(number("workers"))
			v.selected, v.stats.Paused, v.draining = number("selected"), values["paused"] != "", values["draining"] != ""
			if values["load"] == "0" {
				v.load = 0
			}
			switch words[0] {
			case "plain":
				return []string{v.plain()}
			case "summary":
				return strings.Split(strings.TrimSuffix(v.summary(), "\n"), "\n")
			}
			return v.lines(number("width"), number("height"))
		}
	})
}

// Whatever the size of the screen, nothing of the view is beyond it.
func TestViewFits(t *testing.T) {
	for height := 1; height < 30; height++ {
		for _, width := range []int{1, 2, 20, 80, 300} {
			for _, workers := range []int{0, 1, 4, 50} {
				v := sample(workers)
				v.selected = workers - 1
				lines := v.lines(width, height)
				assert.Less(t, len(lines), max(height, 2), "%d rows", height)
				for _, line := range lines {
					assert.Less(t, len([]rune(line)), width, "%d columns", width)
				}
				shown := strings.Contains(strings.Join(lines, "\n"), "\n>")
				assert.Equal(t, height >= 8 && width > 1 && workers > 0, shown, "the selected worker, in %d rows", height)
			}
		}
	}
}

// A note is the text of an error, which may hold anything.
func TestNoteCanNotActOnTheTerminal(t *testing.T) {
	v := sample(1)
	v.note = "worker\x1b[2J\nsaid"
	lines := v.lines(80, 24)
	assert.Equal(t, "worker [2J said", lines[len(lines)-1])
}

func TestMeter(t *testing.T) {
	var m meter
	assert.Zero(t, m.read(0, 0))
	assert.Equal(t, 100.0, m.read(time.Second, 100))
	assert.Equal(t, 100.0, m.read(2*time.Second, 200))
	assert.Equal(t, 50.0, m.read(3*time.Second, 200), "since the second before the last")
	assert.Zero(t, m.read(20*time.Second, 200))
}

func TestRestarts(t *testing.T) {
	var r restarts
	workers := func(restarts ...int) (all []runtime.PoolWorker) {
		for i, n := range restarts {
			all = append(all, runtime.PoolWorker{Number: i, Restarts: n})
		}
		return all
	}
	assert.Equal(t, 0, r.read(workers(0, 0)))
	assert.Equal(t, 3, r.read(workers(1, 2)))
	assert.Equal(t, 3, r.read(workers(1, 2)))
	assert.Equal(t, 3, r.read(workers(1, 0)), "another worker has the number")
	assert.Equal(t, 4, r.read(workers(1, 1)))
	assert.Equal(t, 4, r.read(workers(1)))
	assert.Equal(t, 5, r.read(workers(1, 1)))
}

func TestSelectWorker(t *testing.T) {
	workers := []runtime.PoolWorker{{Number: 0}, {Number: 2}, {Number: 5}}
	for _, c := range []struct {
		name     string
		selected int
		command  command
		want     int
	}{
		{"stays", 2, command{}, 2},
		{"next", 2, command{verb: next}, 5},
		{"next of the last", 5, command{verb: next}, 5},
		{"previous", 2, command{verb: previous}, 0},
		{"previous of the first", 0, command{verb: previous}, 0},
		{"in a row", 0, command{choose, 2}, 5},
		{"in no row", 2, command{choose, 3}, 2},
		{"has gone", 3, command{}, 5},
		{"the last has gone", 7, command{}, 5},
	} {
		assert.Equal(t, c.want, selectWorker(workers, c.selected, c.command), c.name)
	}
	assert.Equal(t, 3, selectWorker(nil, 3, command{verb: next}), "there are none")
}
