package worker

import (
	"context"
	"slices"

	"brood/actors/protocol"
)

// job is a task that waits for the handler or is with it.
type job struct {
	message protocol.Message
	ctx     taskContext
}

// jobsAtOnce is how many jobs are allocated together. A handler that keeps the
// context of one keeps all of them.
const jobsAtOnce = 16

// maker makes jobs that own their memory.
type maker struct {
	jobs     []job
	payloads protocol.Slab
}

func (k *maker) job(ctx context.Context, m *protocol.Message) *job {
	if len(k.jobs) == 0 {
		k.jobs = make([]job, jobsAtOnce)
	}
	j := &k.jobs[0]
	k.jobs = k.jobs[1:]
	j.message, j.ctx.server = *m, ctx
	j.message.Payload = k.payloads.Copy(m.Payload)
	return j
}

// jobQueue is a first-in, first-out queue whose memory is used again.
type jobQueue struct {
	jobs []*job
	next int
}

func (q *jobQueue) empty() bool { return q.next == len(q.jobs) }

func (q *jobQueue) push(j *job) { q.jobs = append(q.jobs, j) }

func (q *jobQueue) pop() *job {
	j := q.jobs[q.next]
	q.jobs[q.next] = nil
	q.next++
	if q.empty() {
		q.jobs, q.next = q.jobs[:0], 0
	}
	return j
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
