package pool

// ordering says which of two comes first in a heap, and is told where each
// stands: at -1 it is in no heap any more.
type ordering[T any] interface {
	before(a, b T) bool
	place(x T, at int)
}

// heap keeps what has an order so that the first is at hand. What is in it
// knows its place, and can be moved or taken out from the middle.
type heap[T any, O ordering[T]] struct {
	items []T
	order O
}

func (h *heap[T, O]) push(x T) {
	h.items = append(h.items, x)
	h.up(len(h.items) - 1)
}

// fix finds the right place for what stands at i and has changed.
func (h *heap[T, O]) fix(i int) {
	if len(h.items) > 1 && h.up(i) == i { // the plain queue has one line
		h.down(i)
	}
}

func (h *heap[T, O]) remove(i int) {
	last := len(h.items) - 1
	x, moved := h.items[i], h.items[last]
	var none T
	h.items[last] = none
	h.items = h.items[:last]
	if i < last {
		h.items[i] = moved
		h.order.place(moved, i)
		h.fix(i)
	}
	h.order.place(x, -1)
}

func (h *heap[T, O]) up(i int) int {
	x := h.items[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !h.order.before(x, h.items[parent]) {
			break
		}
		h.items[i] = h.items[parent]
		h.order.place(h.items[i], i)
		i = parent
	}
	h.items[i] = x
	h.order.place(x, i)
	return i
}

func (h *heap[T, O]) down(i int) {
	x := h.items[i]
	for {
		child := 2*i + 1
		if child >= len(h.items) {
			break
		}
		if right := child + 1; right < len(h.items) && h.order.before(h.items[right], h.items[child]) {
			child = right
		}
		if !h.order.before(h.items[child], x) {
			break
		}
		h.items[i] = h.items[child]
		h.order.place(h.items[i], i)
		i = child
	}
	h.items[i] = x
	h.order.place(x, i)
}
