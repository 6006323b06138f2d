package router

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"brood/actors"
)

// A script is of members that succeed (a) or fail (-a), or whose actor ends (!a).
func TestGathering(t *testing.T) {
	for _, test := range []struct {
		name    string
		policy  Policy
		members int
		asked   string
		script  string
		want    string
		recalls string
	}{
		{"first", Scatter{Need: First}, 3, "abc", "-a b", "b err=<nil> 1/1: a=,task failed: a b=b,<nil> c=,task cancelled", "c"},
		{"first of none", Scatter{Need: First}, 2, "ab", "-a -b",
			"err=no quorum: 1 of 2 members had to succeed, 2 failed: task failed: a 0/1: a=,task failed: a b=,task failed: b", ""},
		{"all", Scatter{}, 3, "abc", "c b a", "a err=<nil> 3/3: a=a,<nil> b=b,<nil> c=c,<nil>", ""},
		{"all but one", Scatter{}, 3, "abc", "c -a",
			"err=no quorum: 3 of 3 members had to succeed, 1 failed: task failed: a 1/3: a=,task failed: a b=,task cancelled c=c,<nil>", "b"},
		{"quorum", Scatter{Need: Quorum(2)}, 3, "abc", "c -a b", "b err=<nil> 2/2: a=,task failed: a b=b,<nil> c=c,<nil>", ""},
		{"no quorum", Scatter{Need: Quorum(2)}, 3, "abc", "-b !c",
			"err=no quorum: 2 of 3 members had to succeed, 2 failed: task failed: b 0/2: a=,task cancelled b=,task failed: b c=,member ended with the task", "a"},
		{"some", Scatter{Of: 2}, 4, "ab", "a b", "a err=<nil> 2/2: a=a,<nil> b=b,<nil>", ""},
		{"one of several", Scatter{Of: 1}, 3, "a", "a", "a err=<nil> 1/1: a=a,<nil>", ""},
		{"one of several fails", Scatter{Of: 1}, 3, "a", "-a",
			"err=no quorum: 1 of 1 members had to succeed, 1 failed: task failed: a 0/1: a=,task failed: a", ""},
		{"too few to ask", Scatter{Need: Quorum(3)}, 2, "", "", "err=no quorum: 3 of 2 members had to succeed, 0 failed", ""},
		{"broadcast", Broadcast{}, 3, "abc", "c b a", "a err=<nil> 3/3: a=a,<nil> b=b,<nil> c=c,<nil>", ""},
		{"broadcast waits for all", Broadcast{}, 3, "abc", "-c b -a",
			"err=no quorum: 3 of 3 members had to succeed, 2 failed: task failed: a 1/3: a=,task failed: a b=b,<nil> c=,task failed: c", ""},
		{"broadcast, a member ends", Broadcast{}, 2, "ab", "a !b",
			"err=no quorum: 2 of 2 members had to succeed, 1 failed: member ended with the task 1/2: a=a,<nil> b=,member ended with the task", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, test.policy, test.members)
			call := b.submit(task("x"))
			assert.Equal(t, test.asked, b.where())
			for _, step := range strings.Fields(test.script) {
				b.open(call)
				switch name := step[len(step)-1:]; step[0] {
				case '-':
					b.fail(name)
				case '!':
					b.desk.gone(b.at(name).member.PID)
				default:
					b.done(name)
				}
			}
			assert.Equal(t, test.want, strings.TrimSpace(brief(b.results[call])))
			assert.Equal(t, test.recalls, strings.Join(b.recalls, ""))
			for len(b.tries) > 0 { // what comes late hurts nobody
				b.done(b.tries[0].member.PID.Id)
			}
			for _, m := range b.desk.members {
				assert.Zero(t, m.load)
			}
		})
	}
}

func TestScatterWaitsForAsManyAsItNeeds(t *testing.T) {
	for _, test := range []struct {
		policy       Policy
		asked, after string // when a is free
	}{
		{Scatter{}, "", "abc"},
		{Scatter{Of: 2}, "bc", "bc"},
		{Scatter{Need: Quorum(2)}, "bc", "bc"},
		{Scatter{Need: Quorum(3)}, "", "abc"},
		{Scatter{Need: First}, "bc", "bc"},
		{Broadcast{}, "abc", "abc"},
	} {
		b := newBench(t, test.policy, 3)
		busy := b.desk.members[0]
		busy.Prefetch, busy.load = 1, 1
		b.submit(task("x"))
		assert.Equal(t, test.asked, b.where(), "%+v", test.policy)
		busy.load--
		b.desk.advance()
		assert.Equal(t, test.after, b.where(), "%+v", test.policy)
	}

	// It does not wait for one that has left.
	b := newBench(t, Scatter{}, 3)
	busy := b.desk.members[0]
	busy.Prefetch, busy.load = 1, 1
	b.submit(task("x"))
	b.desk.leave(busy.PID)
	assert.Equal(t, "bc", b.where())

	b = newBench(t, Scatter{}, 2)
	b.desk.refuse = true
	busy = b.desk.members[0]
	busy.Prefetch, busy.load = 1, 1
	assert.ErrorIs(t, b.results[b.submit(task("x"))].Err, actors.ErrBusy)
}

func TestTheFirstThatSucceededIsItWithoutAPayload(t *testing.T) {
	b := newBench(t, Scatter{}, 2)
	call := b.submit(task("x"))
	b.desk.settle(b.at("a"), actors.Result{Attempts: 1})
	b.done("b")
	assert.Nil(t, b.results[call].Payload, "a's answer is empty")
}

func TestScatterAsksOthersNextTime(t *testing.T) {
	b := newBench(t, Scatter{Of: 2}, 3)
	b.submit(task("x"))
	assert.Equal(t, "ab", b.where())
	b.submit(task("y"))
	assert.Equal(t, "abca", b.where())
}

func TestScatterLeavesThePayloadToItsSender(t *testing.T) {
	for _, policy := range []Policy{Scatter{Need: First}, Hedge{}} {
		b := newBench(t, policy, 2)
		payload := []byte("mine")
		b.submit(actors.Task{Payload: payload, Repeatable: true})
		b.pass(DefaultHedgeAfter)
		assert.Len(t, b.tries, 2)
		b.done("b")
		payload[0] = 'X' // the sender has its answer
		assert.Equal(t, "mine", string(b.at("a").Task.Payload))
	}
}
