package worker

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"brood/actors/protocol"
)

// As long as nothing is slow two answers stand in one write: what is held back
// for that must not wait for what runs.
func TestNoAnswerWaitsBehindASlowTask(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	p.send(task(1, "quick"), task(2, "slow"))
	p.begins(g, "quick")
	g.open <- struct{}{}
	p.begins(g, "slow")
	assert.Equal(t, result(1, "quick"), p.next())
	g.open <- struct{}{}
	assert.Equal(t, result(2, "slow"), p.next())
}

// The second goroutine begins to read for the first slow task and goes on
// during the next ones; answers must be written all the same.
func TestNoAnswerWaitsBehindTheNextSlowTask(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	p.send(task(1, "a"), task(2, "b"), task(3, "c"))
	p.begins(g, "a")
	p.ping(100) // the second goroutine reads, and now waits for more
	g.open <- struct{}{}
	p.begins(g, "b")
	assert.Equal(t, result(1, "a"), p.next())
	g.open <- struct{}{}
	p.begins(g, "c")
	assert.Equal(t, result(2, "b"), p.next())
	g.open <- struct{}{}
	assert.Equal(t, result(3, "c"), p.next())
}

// None of the tasks is slow, but all of them together are.
func TestNoAnswerWaitsForTheEndOfALongBurst(t *testing.T) {
	const tasks = 400
	begun := 0
	heard := make(chan struct{})
	p := serve(t, func(_ context.Context, payload []byte) ([]byte, error) {
		if begun++; begun == tasks {
			<-heard // the burst does not end before
		}
		for began := time.Now(); time.Since(began) < shortestPause/3; {
		}
		return payload, nil
	})
	p.hello()
	burst := make([]protocol.Message, tasks)
	for i := range burst {
		burst[i] = task(uint64(i), "x")
	}
	p.send(burst...)
	assert.Equal(t, result(0, "x"), p.next())
	close(heard)
	for i := 1; i < tasks; i++ {
		assert.Equal(t, result(uint64(i), "x"), p.next())
	}
}

// A task that is taken out of the queue was the reason why the answer before
// it was held back.
func TestAnswerBeforeACancelledTaskIsNotForgotten(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	p.send(task(1, "a"), task(2, "b"))
	p.begins(g, "a")
	p.send(cancel(2))
	assert.Equal(t, revoked(2), p.next())
	g.open <- struct{}{}
	assert.Equal(t, result(1, "a"), p.next())
}

func TestRevokeTakesATaskThatWaits(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	p.send(task(1, "a"), task(2, "b"), task(3, "c"), task(4, "d"))
	p.begins(g, "a")
	// One that runs, and one that is given back already, are left alone.
	p.send(revoke(4), revoke(1), revoke(2), revoke(4), revoke(9))
	assert.Equal(t, revoked(4), p.next())
	assert.Equal(t, revoked(2), p.next())
	p.send(cancel(4)) // it came too late
	g.open <- struct{}{}
	p.begins(g, "c")
	g.open <- struct{}{}
	assert.Equal(t, result(1, "a"), p.next())
	assert.Equal(t, result(3, "c"), p.next())
	p.send(revoke(3), shutdown()) // answered before
	assert.NoError(t, p.end())
}

func TestPingIsAnsweredWhileATaskRuns(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	p.send(task(1, "a"))
	p.begins(g, "a")
	for id := range uint64(5) {
		p.ping(id)
	}
	g.open <- struct{}{}
	assert.Equal(t, result(1, "a"), p.next())
	p.ping(9)
}

func TestTasksThatArriveDuringASlowOneAreHandledInOrder(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	p.send(task(1, "a"))
	p.begins(g, "a")
	p.send(task(2, "b"))
	p.send(task(3, "c"), protocol.Message{Kind: protocol.Ping, ID: 5})
	assert.Equal(t, pong(5), p.next())
	for _, payload := range []string{"b", "c"} {
		g.open <- struct{}{}
		p.begins(g, payload)
	}
	g.open <- struct{}{}
	for id, payload := range []string{"a", "b", "c"} {
		assert.Equal(t, result(uint64(id+1), payload), p.next())
	}
	p.ping(6)
}

func TestCancelEndsTheContextOfTheTaskThatRuns(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	p.send(task(1, "a"), task(2, "b"))
	p.begins(g, "a")
	p.send(cancel(1))
	p.begins(g, "b")
	assert.Equal(t, failure(1, "context canceled"), p.next())
	p.send(cancel(1), cancel(9)) // answered before; never seen
	g.open <- struct{}{}
	assert.Equal(t, result(2, "b"), p.next())
	p.send(shutdown())
	assert.NoError(t, p.end())
}

func TestSlowTaskCanBeCancelledAfterShutdown(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	p.send(task(1, "a"), shutdown())
	p.begins(g, "a")
	p.ping(1)
	p.send(cancel(1))
	assert.Equal(t, failure(1, "context canceled"), p.next())
	assert.NoError(t, p.end())
}

func TestPoolThatGoesAfterItsShutdownEndsASlowTask(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	p.send(task(1, "a"), shutdown())
	p.begins(g, "a")
	p.w.Close()
	assert.ErrorIs(t, p.end(), ErrPoolGone)
}
