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
	memory []byte // that both are in
}

// begin says that the handler gets the task with this id next.
func (m *mark) begin(id uint64) {
	if m.word != nil {
		atomic.StoreUint64(m.word, protocol.MarkOf(id).Native())
	}
}

// tell says how long the last tasks took.
func (m *mark) tell(took time.Duration, tasks int) {
	if m.pace != nil && tasks > 0 {
		atomic.StoreUint64(m.pace, protocol.PaceOf(took, tasks).Native())
	}
}

// doubt says that what was told last is true no more.
func (m *mark) doubt() {
	if m.pace != nil {
		atomic.StoreUint64(m.pace, 0)
	}
}
