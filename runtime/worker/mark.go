package worker

import (
	"sync/atomic"

	"brood/actors/protocol"
)

// mark is where the worker says what it begins. It stays readable when the worker
// has died. The zero value says it to nobody.
type mark struct {
	word   *uint64
	memory []byte // that word is in
}

// begin says that the handler gets the task with this id next.
func (m *mark) begin(id uint64) {
	if m.word != nil {
		atomic.StoreUint64(m.word, protocol.MarkOf(id).Native())
	}
}
