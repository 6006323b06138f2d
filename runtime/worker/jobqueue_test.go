package worker

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"brood/actors/protocol"
)

// A queue that is never empty does not grow: what was taken
// makes room.
func TestJobQueueThatIsNeverEmpty(t *testing.T) {
	var q jobQueue
	push := func(id uint64) { q.push(&job{message: protocol.Message{ID: id}}) }
	const waiting = 5
	for id := range uint64(waiting) {
		push(id)
	}
	for id := range uint64(10_000) {
		assert.Equal(t, id, q.pop().message.ID)
		push(id + waiting)
		assert.Equal(t, id+waiting, q.find(id+waiting).message.ID)
		assert.Nil(t, q.find(id))
	}
	assert.LessOrEqual(t, cap(q.jobs), 4*waiting)
	for id := range uint64(waiting) {
		assert.Equal(t, 10_000+id, q.pop().message.ID)
	}
	assert.True(t, q.empty())
}
