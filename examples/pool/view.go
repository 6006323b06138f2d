package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"brood/runtime"
)

// view is everything that is shown at one moment.
type view struct {
	stats    runtime.PoolStats
	counts   counts
	load     int           // tasks a second that are asked for; 0: as many as the pool takes
	elapsed  time.Duration // since the start
	rate     float64       // answers a second, lately
	restarts int           // of workers, since the start
	selected int           // the number of the selected worker
	draining bool
	note     string // what became of the last command
}

const help = "+ - scale  up/down select  r recycle  k kill  p pause  o roll  d drain  q quit"

// lines is the view for a screen: none is as wide as it, and they are fewer than
// it is high, since the cursor needs a place too. If there is no room for all
// workers, those around the selected one are shown.
func (v view) lines(width, height int) []string {
	head := []string{v.title(), v.queue(), v.times(), v.counts.String(), "", workerHead}
	foot := []string{"", help, v.note}
	rows := max(height-1-len(head)-len(foot), 1)
	lines := append(head, v.workers(rows)...)
	lines = append(lines, foot...)
	lines = lines[:min(len(lines), max(height-1, 1))]
	for i, line := range lines {
		lines[i] = cut(line, width-1)
	}
	return lines
}

// cut bounds the width of a line that may have come from anywhere.
func cut(line string, width int) string {
	runes := []rune(line)
	for i, r := range runes {
		if r < ' ' || r == 0x7f {
			runes[i] = ' '
		}
	}
	return string(runes[:min(len(runes), max(width, 0))])
}

func (v view) title() string {
	state := ""
	switch {
	case v.draining:
		state = "  DRAINING"
	case v.stats.Paused:
		state = "  PAUSED"
	}
	load := "unlimited"
	if v.load > 0 {
		load = fmt.Sprintf("%d/s", v.load)
	}
	return fmt.Sprintf("size %d  ready %d  restarts %d  replaced %d  load %s  running %s%s",
		v.stats.Size, v.ready(), v.restarts, v.stats.Replaced, load, v.elapsed.Truncate(time.Second), state)
}

func (v view) queue() string {
	return fmt.Sprintf("queued %d, the oldest for %s  held %d  answered %.0f/s  busy %.0f %%",
		v.stats.Queued, short(v.stats.Oldest), v.stats.Held, v.rate, 100*v.stats.Utilisation)
}

func (v view) times() string {
	one := func(name string, t runtime.PoolTimes) string {
		return fmt.Sprintf("%s p50 %s p99 %s", name, short(t.P50), short(t.P99))
	}
	return one("wait", v.stats.Wait) + "  " + one("run", v.stats.Run) + "  " + one("start", v.stats.Start)
}

const workerHead = "  WORKER      PID  STATE      HOLDS      DONE  RESTARTS   BUSY"

// workers is one line for each worker, or for as many as there are rows.
func (v view) workers(rows int) []string {
	all := v.stats.Workers
	first := 0
	if at := indexOf(all, v.selected); len(all) > rows {
		first = min(max(at-rows/2, 0), len(all)-rows)
	}
	var lines []string
	for _, w := range all[first:min(first+rows, len(all))] {
		mark := " "
		if w.Number == v.selected {
			mark = ">"
		}
		pid := "-"
		if w.PID != 0 {
			pid = strconv.Itoa(w.PID)
		}
		lines = append(lines, fmt.Sprintf("%s %6d %8s  %-8s %7d %9d %9d %4.0f %%",
			mark, w.Number, pid, state(w), w.Held, w.Done, w.Restarts, 100*w.Busy))
	}
	return lines
}

func state(w runtime.PoolWorker) string {
	switch {
	case w.Leaving:
		return "leaving"
	case w.Ready:
		return "ready"
	case w.PID != 0:
		return "starting"
	}
	return "down"
}

// plain is the view in one line.
func (v view) plain() string {
	return fmt.Sprintf("%s  size %d  ready %d  queued %d  held %d  %.0f/s  %s  restarts %d",
		v.elapsed.Truncate(time.Second), v.stats.Size, v.ready(), v.stats.Queued, v.stats.Held, v.rate, v.counts, v.restarts)
}

// summary is what there is to say at the end.
func (v view) summary() string {
	lines := []string{
		fmt.Sprintf("submitted %d, answered %d: %s", v.counts.submitted, v.counts.answered(), v.counts),
		v.times(),
		fmt.Sprintf("workers %d, restarts %d, replaced %d", v.stats.Size, v.restarts, v.stats.Replaced),
	}
	return strings.Join(lines, "\n") + "\n"
}

func (v view) ready() (n int) {
	for _, w := range v.stats.Workers {
		if w.Ready {
			n++
		}
	}
	return n
}

// short rounds a duration to what can be read at a glance.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(time.Microsecond).String()
}
