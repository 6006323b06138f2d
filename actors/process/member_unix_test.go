//go:build unix

package process

import (
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"brood/actors"
)

// member is a child whose pool is the test.
type member struct {
	*host
	told chan any // what the pool is sent
}

func startMember(t *testing.T, spec Spec) *member {
	t.Helper()
	told := make(chan any, 1000) // more than any test is sent
	system := newSystem()
	pool := system.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		switch m := c.Message().(type) {
		case *Returned, *GivenBack, *MemberEvent:
			told <- m
		case *Freed: // which is used again
			told <- toldPace(m.Pace)
		}
	}))
	t.Cleanup(func() { require.NoError(t, system.Root.StopFuture(pool).Wait()) })
	spec.Pool, spec.Member = pool, 3
	m := &member{host: startIn(t, system, spec), told: told}
	await[*actors.Ready](m.host)
	return m
}

// toldPace is what the pool was told of the pace when calls had ended.
type toldPace time.Duration

// told returns the next message of type M that the pool is sent.
func told[M any](m *member) M {
	m.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case message := <-m.told:
			if wanted, ok := message.(M); ok {
				return wanted
			}
		case <-deadline:
			var want M
			m.t.Fatalf("the pool was not sent a %T", want)
		}
	}
}

// hand hands a call to the first incarnation, as a pool does.
func (m *member) hand(task actors.Task) *Call {
	call := &Call{Task: task, Done: make(chan actors.Result, 1), Pooled: true}
	call.Pool.Incarnation = 1
	m.system.Root.Send(m.pid, call)
	return call
}

// begins hands out a task that is never done and waits until it was begun.
func (m *member) begins(payload string) *Call {
	m.t.Helper()
	call := m.hand(work(payload))
	m.awaitOutput("begun\n")
	return call
}

func (m *member) awaitOutput(end string) {
	m.t.Helper()
	require.Eventually(m.t, func() bool { return strings.HasSuffix(m.output(), end) }, 20*time.Second, time.Millisecond)
}

func (m *member) cancel(call *Call, err error) {
	m.system.Root.Send(m.pid, &Cancel{Call: call, Err: err})
}

func work(payload string) actors.Task { return actors.Task{Payload: []byte(payload)} }
