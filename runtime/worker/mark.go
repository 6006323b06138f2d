package worker

import (
	"sync/atomic"
	"time"

	"brood/actors/protocol"
)

// mark is where the worker says what it begins. It stays readable when the worker
// has died. The zero value says it to nobody.
type mark struct {
	word   *uint64
	pace   *uint64
	told   time.Duration // the last pace that was told
	memory []byte        // that both words are in
}

// begin says that the handler gets the task with this id next.
func (m *mark) begin(id uint64) {
	if m.word != nil {
		atomic.StoreUint64(m.word, protocol.MarkOf(id).Native())
	}
}

// tell says how long the last tasks took. It becomes longer at once, and shorter by
// degrees: where some tasks are long, a few short ones say nothing of the next.
func (m *mark) tell(took time.Duration, tasks int) {
	if m.pace == nil || tasks <= 0 {
		return
	}
	m.told = max(took/time.Duration(tasks), m.told-m.told/16, 1)
	atomic.StoreUint64(m.pace, protocol.Pace(m.told).Native())
}

// doubt says that what was told last is true no more.
func (m *mark) doubt() {
	if m.pace != nil {
		atomic.StoreUint64(m.pace, 0)
	}
}
