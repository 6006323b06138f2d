package worker

import (
	"context"
	"slices"

	"brood/actors/protocol"
)

// job is a task that waits for the handler or is with it. It is used again when the
// task is done, unless a Stream knows it.
type job struct {
	message protocol.Message
	ctx     *taskContext // the handler may keep it
	stream  *Stream      // nil: the task is not streamed
	kept    bool         // a Stream knows it
}

// contextsAtOnce is how many contexts are allocated together. A handler that keeps
// one keeps all of them.
const contextsAtOnce = 32

// maker makes what a handler gets, which owns its memory. It belongs to whoever
// reads.
type maker struct {
	contexts []taskContext
	payloads protocol.Slab
}

func (k *maker) fill(j *job, ctx context.Context, m *protocol.Message) {
	if len(k.contexts) == 0 {
		k.contexts = make([]taskContext, contextsAtOnce)
	}
	j.ctx = &k.contexts[0]
	k.contexts = k.contexts[1:]
	j.ctx.server = ctx
	j.message = *m
	j.message.Payload = k.payloads.Copy(m.Payload)
}

// jobQueue is a first-in, first-out queue whose memory is used again.
type jobQueue struct {
	jobs []*job
	next int
}

func (q *jobQueue) empty() bool { return q.next == len(q.jobs) }

func (q *jobQueue) push(j *job) {
	if len(q.jobs) == cap(q.jobs) && 2*q.next > len(q.jobs) { // it may never be empty
		n := copy(q.jobs, q.jobs[q.next:])
		clear(q.jobs[n:])
		q.jobs, q.next = q.jobs[:n], 0
	}
	q.jobs = append(q.jobs, j)
}

func (q *jobQueue) pop() *job {
	j := q.jobs[q.next]
	q.jobs[q.next] = nil
	q.next++
	if q.empty() {
		q.jobs, q.next = q.jobs[:0], 0
	}
	return j
}

// find returns the job with this id; nil if it is not there.
func (q *jobQueue) find(id uint64) *job {
	for _, j := range q.jobs[q.next:] {
		if j.message.ID == id {
			return j
		}
	}
	return nil
}

// remove takes the job with this id out of the queue; nil if it is not there.
func (q *jobQueue) remove(id uint64) *job {
	for i := q.next; i < len(q.jobs); i++ {
		if j := q.jobs[i]; j.message.ID == id {
			q.jobs = slices.Delete(q.jobs, i, i+1)
			return j
		}
	}
	return nil
}
