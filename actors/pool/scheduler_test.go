package pool

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
	"brood/tests/transcript"
)

var killed = actors.Exit{Reason: actors.ReasonSignalled, PID: 1, Code: -1, Signal: syscall.SIGKILL}

// desk is a scheduler that a transcript talks to. Calls have the names that
// the transcript gives them.
type desk struct {
	t         *testing.T
	scheduler *scheduler
	calls     map[string]*process.Call
}

// What the pool decides, event by event. An event line is what happened; below
// it stand what the pool does about it and what it looks like then.
func TestSchedulerTranscripts(t *testing.T) {
	transcript.Replay(t, "scheduler", func(t *testing.T) func(string) []string {
		d := &desk{t: t, calls: map[string]*process.Call{}}
		return func(line string) []string {
			words, values := transcript.Fields(line)
			if words[0] == "pool" {
				d.scheduler = plainScheduler(d.number(values, "size"), d.number(values, "slots"),
					d.number(values, "limit"), d.number(values, "attempts"))
				return nil
			}
			return append(d.event(words, values), d.String())
		}
	})
}

func (d *desk) number(values map[string]string, name string) int {
	d.t.Helper()
	n, err := strconv.Atoi(values[name])
	require.NoError(d.t, err, name)
	return n
}

// event happens a millisecond after the one before it, or as late as it says.
func (d *desk) event(words []string, values map[string]string) []string {
	d.t.Helper()
	s := d.scheduler
	after := time.Millisecond
	if value, said := values["after"]; said {
		var err error
		after, err = time.ParseDuration(value)
		require.NoError(d.t, err)
	}
	s.now = s.now.Add(after)
	member := func() (int, uint32) { return d.number(values, "member"), uint32(d.number(values, "run")) }
	switch words[0] {
	case "accept":
		return d.accept(words[1], len(words) > 2 && words[2] == "repeatable")
	case "dispatch":
		return d.dispatch()
	case "cancel":
		return d.cancel(words[1])
	case "started":
		i, run := member()
		s.started(i, run, d.number(values, "pid"))
	case "ready":
		s.ready(member())
	case "retire":
		s.retire(member())
	case "down":
		s.down(member())
	case "freed":
		i, run := member()
		s.freed(i, run, d.number(values, "n"), 0)
	case "returned":
		return d.returned(values)
	case "close":
		s.close(actors.ErrStopping)
	case "end":
		return d.end()
	default:
		d.t.Fatalf("unknown event %q", words)
	}
	return nil
}

// cancel does as the pool's actor does.
func (d *desk) cancel(name string) []string {
	call := d.calls[name]
	if call.Pool.Member >= 0 {
		enter(call).cancelled = errors.New("cancelled")
		return []string{fmt.Sprintf("%s is with member %d", name, call.Pool.Member)}
	}
	d.scheduler.withdraw(call)
	return []string{name + " taken out of the queue"}
}

func (d *desk) accept(name string, repeatable bool) []string {
	call := &process.Call{Task: actors.Task{Repeatable: repeatable, Tag: name}}
	d.calls[name] = call
	var said []string
	if !d.scheduler.fits(call) {
		said = d.dispatch()
	}
	if _, err := d.scheduler.accept(call); err != nil {
		said = append(said, fmt.Sprintf("%s refused: %v", name, err))
	}
	return said
}

// plainScheduler has a queue without features.
func plainScheduler(size, slots, limit, attempts int) *scheduler {
	return newScheduler(size, slots, attempts, newQueue(Order{}, room{tasks: limit}, nil))
}

// dispatch hands calls out as the pool's actor does, and counts the attempt as
// the process actor does.
func (d *desk) dispatch() (said []string) {
	for {
		call, to := d.scheduler.next()
		if call == nil {
			return said
		}
		call.Attempts++
		said = append(said, fmt.Sprintf("%s to member %d, attempt %d", call.Task.Tag, to, call.Attempts))
	}
}

func (d *desk) returned(values map[string]string) (said []string) {
	back := &process.Returned{
		Member: d.number(values, "member"), Incarnation: uint32(d.number(values, "run")), Exit: killed,
		MayHaveRun: d.named(values["ran"]), NotRun: d.named(values["not-run"]),
	}
	for _, call := range back.NotRun {
		if values["refused"] == "true" {
			call.Attempts--
		}
	}
	for _, v := range d.scheduler.returned(back) {
		if v.err == nil {
			said = append(said, fmt.Sprintf("%s queued again", v.call.Task.Tag))
			continue
		}
		said = append(said, fmt.Sprintf("%s answered: %v", v.call.Task.Tag, v.err))
	}
	return said
}

func (d *desk) end() (said []string) {
	for _, call := range d.scheduler.end(actors.ErrStopping) {
		said = append(said, fmt.Sprintf("%s answered: %v", call.Task.Tag, notRun(call, actors.ErrStopping)))
	}
	return said
}

func (d *desk) named(names string) (calls []*process.Call) {
	for name := range strings.SplitSeq(names, ",") {
		if name != "" {
			require.Contains(d.t, d.calls, name)
			calls = append(calls, d.calls[name])
		}
	}
	return calls
}

// String tells the whole state.
func (d *desk) String() string {
	text := "= queue"
	for call := range d.scheduler.waiting() {
		text += fmt.Sprintf(" %s", call.Task.Tag)
	}
	for i, m := range d.scheduler.members {
		text += fmt.Sprintf("; %d", i)
		if m.pid != 0 {
			text += fmt.Sprintf(" pid=%d", m.pid)
		}
		if m.ready {
			text += " ready"
		}
		text += fmt.Sprintf(" held=%d done=%d restarts=%d", m.held, m.done, m.restarts)
	}
	if d.scheduler.closed != nil {
		text += fmt.Sprintf("; %v", d.scheduler.closed)
	}
	if d.scheduler.drained() {
		text += "; nothing left"
	}
	return text
}
