package router

import (
	"fmt"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// bench is a desk with members a, b, c …, each of which keeps the tries that it
// gets, and with a clock that a test moves.
type bench struct {
	t       *testing.T
	desk    *desk
	now     time.Time
	tries   []*leg // not answered, in the order in which they were sent
	results map[*process.Call]actors.Result
	recalls []string // of which members
}

func newBench(t *testing.T, policy Policy, members int) *bench {
	b := &bench{t: t, now: time.Unix(1000, 0), results: map[*process.Call]actors.Result{}}
	b.desk = newDesk(Spec{Policy: policy, QueueLimit: 100, Clock: func() time.Time { return b.now }}, b)
	for i := range members {
		b.join(i)
	}
	return b
}

func (b *bench) join(i int) {
	b.desk.join(Member{PID: actor.NewPID("", string(rune('a'+i))), Calls: true})
}

func (b *bench) send(l *leg)                             { b.tries = append(b.tries, l) }
func (b *bench) cancel(l *leg, _ error)                  { b.recalls = append(b.recalls, l.member.PID.Id) }
func (b *bench) answer(c *process.Call, r actors.Result) { b.results[c] = r }
func (b *bench) undone(*process.Call, error)             {}
func (b *bench) watch(*actor.PID)                        {}
func (b *bench) unwatch(*actor.PID)                      {}

func (b *bench) submit(task actors.Task) *process.Call {
	call := &process.Call{Task: task}
	b.desk.accept(call)
	return call
}

// at takes the oldest try at a member.
func (b *bench) at(name string) *leg {
	for i, l := range b.tries {
		if l.member.PID.Id == name {
			b.tries = append(b.tries[:i:i], b.tries[i+1:]...)
			return l
		}
	}
	b.t.Fatalf("nothing at %s", name)
	return nil
}

func (b *bench) done(name string) {
	b.desk.settle(b.at(name), actors.Result{Payload: []byte(name), Attempts: 1})
}

func (b *bench) fail(name string) {
	b.desk.settle(b.at(name), actors.Result{Err: failure(name), Attempts: 1})
}

func failure(name string) error { return &actors.TaskError{Message: name} }

// tries tells where the tries are.
func (b *bench) where() (names string) {
	for _, l := range b.tries {
		names += l.member.PID.Id
	}
	return names
}

// pass lets time go by.
func (b *bench) pass(d time.Duration) {
	b.now = b.now.Add(d)
	if at, ok := b.desk.due(); ok && !b.now.Before(at) {
		b.desk.tick(b.now)
	}
}

// open requires that a call has no answer.
func (b *bench) open(call *process.Call) {
	b.t.Helper()
	require.NotContains(b.t, b.results, call)
}

// brief tells a result of several in a line.
func brief(r actors.Result) string {
	text := fmt.Sprintf("%s err=%v", r.Payload, r.Err)
	if r.Gathered != nil {
		text += fmt.Sprintf(" %d/%d:", r.Gathered.Succeeded, r.Gathered.Need)
		for _, a := range r.Gathered.Answers {
			text += fmt.Sprintf(" %s=%s,%v", a.Who.Id, a.Result.Payload, a.Result.Err)
		}
	}
	return text
}
