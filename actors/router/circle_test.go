package router

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"

	"brood/actors"
)

// circle starts two routers that are members of each other.
func circle(t *testing.T) (a, b *hall) {
	a = open(t, Spec{})
	b = &hall{t: t, system: a.system}
	props, err := Spec{Members: []Member{{PID: a.pid, Calls: true}}}.Props()
	assert.NoError(t, err)
	b.pid = a.system.Root.Spawn(props)
	t.Cleanup(func() { b.end(b.pid) })
	a.send(&Join{Member{PID: b.pid, Calls: true}})
	return a, b
}

func TestATaskDoesNotGoRoundForEver(t *testing.T) {
	a, b := circle(t)
	assert.ErrorIs(t, receive(t, a.submit(task("a")).Done).Err, actors.ErrNoMember)
	assert.Zero(t, a.stats().Held+b.stats().Held)
}

func TestATaskFindsItsWayOutOfACircle(t *testing.T) {
	a, b := circle(t)
	s := b.seat(true, 0)
	call := a.submit(task("a"))
	s.answer(s.holds("a"), "b")
	assert.Equal(t, "b", string(receive(t, call.Done).Payload))
	assert.Zero(t, a.stats().Held+b.stats().Held)
}

func TestARouterIsNotItsOwnMember(t *testing.T) {
	h := open(t, Spec{WhenEmpty: EmptyRefuses})
	h.send(&Join{Member{PID: h.pid, Calls: true}})
	h.send(&Join{Member{PID: h.pid}})
	h.send(&Join{})
	h.send(&Leave{})
	assert.Equal(t, Stats{}, h.stats())
	assert.Equal(t, actors.ErrNoMember, receive(t, h.submit(task("a")).Done).Err)
}

// A member that rests while it leaves can come back.
func TestAMemberThatComesBackDoesNotRestForEver(t *testing.T) {
	b := newBench(t, nil, 0)
	b.desk.policy = RoundRobin{}
	b.join(0)
	b.submit(task("x"))
	waits := b.submit(task("y"))
	b.desk.settle(b.at("a"), actors.Result{Err: actors.ErrNotRunning})
	b.desk.leave(actor.NewPID("", "a"))
	b.pass(restTime)
	b.join(0)
	b.desk.tick(b.now)
	assert.Equal(t, "aa", b.where())
	b.done("a")
	b.done("a")
	assert.NoError(t, b.results[waits].Err)
}

// A task that one member refused since it is stopping waits for the other, which
// is busy; a full queue is for its sender to know.
func TestARefusedTaskWaitsForWhoeverIsBusy(t *testing.T) {
	for refusal, waits := range map[error]bool{
		actors.ErrStopping: true, actors.ErrGaveUp: true, actors.ErrNoMember: true, actors.ErrQueueFull: false,
	} {
		b := newBench(t, LeastLoaded{}, 2)
		b.desk.members[1].Prefetch = 1
		b.desk.members[0].load = 1
		b.submit(task("x")) // at b
		call := b.submit(task("y"))
		b.desk.settle(b.at("a"), actors.Result{Err: refusal})
		if !waits {
			assert.Equal(t, refusal, b.results[call].Err)
			continue
		}
		b.open(call)
		b.done("b")
		b.done("b")
		assert.Equal(t, "b", string(b.results[call].Payload), refusal)
	}
}

func TestAFailureIsNotCountedAsARefusal(t *testing.T) {
	h := open(t, Spec{Policy: Broadcast{}})
	s := h.seat(false, 0)
	call := h.submit(actors.Task{Tag: "mine"})
	asked := receive(t, s.tasks)
	h.system.Root.Send(h.pid, &actors.Result{Err: &actors.TaskError{Message: "no"}, Tag: asked.Tag}) // and no Attempts
	got := receive(t, call.Done)
	assert.ErrorIs(t, got.Err, actors.ErrTaskFailed)
	assert.Equal(t, "mine", got.Gathered.Answers[0].Result.Tag, "not the router's own")
	assert.Equal(t, []MemberStats{{PID: s.pid, Failed: 1}}, h.stats().Members)
}
