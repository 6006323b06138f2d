package pool

import (
	"slices"
	"time"

	"brood/actors/process"
)

// shelf is the model of a queue: a list, which it looks through.
type shelf struct {
	order   Order
	items   []item
	rounds  []string // keys that have something, in the order of their turns
	running map[string]int
	since   map[*process.Call]time.Duration
}

type item struct {
	call     *process.Call
	accepted int // how many were before it
	since    time.Duration
}

func (s *shelf) add(call *process.Call, now time.Duration) {
	if s.since == nil {
		s.since = map[*process.Call]time.Duration{}
	}
	s.since[call] = now
	s.again(call)
}

func (s *shelf) again(call *process.Call) {
	key := call.Task.Key
	if !slices.Contains(s.rounds, key) {
		s.rounds = append(s.rounds, key)
	}
	s.items = append(s.items, item{call, int(call.Task.Tag.(uint64)), s.since[call]})
}

func (s *shelf) take(call *process.Call) {
	s.items = slices.DeleteFunc(s.items, func(it item) bool { return it.call == call })
	if !slices.ContainsFunc(s.items, func(it item) bool { return it.call.Task.Key == call.Task.Key }) {
		s.rounds = slices.DeleteFunc(s.rounds, func(key string) bool { return key == call.Task.Key })
	}
}

func (s *shelf) handed(call *process.Call) {
	key := call.Task.Key
	s.running[key]++
	s.take(call)
	if i := slices.Index(s.rounds, key); i >= 0 {
		s.rounds = append(slices.Delete(s.rounds, i, i+1), key)
	}
}

func (s *shelf) ended(call *process.Call) { s.running[call.Task.Key]-- }

// next is who goes next: of those that may, one whom none of the others is before.
func (s *shelf) next() *process.Call {
	var first *item
	for i := range s.items {
		it := &s.items[i]
		if limit := s.order.KeyLimit; limit > 0 && s.running[it.call.Task.Key] >= limit {
			continue
		}
		if first == nil || s.before(it, first) {
			first = it
		}
	}
	if first == nil {
		return nil
	}
	return first.call
}

func (s *shelf) before(a, b *item) bool {
	if s.order.Fair {
		i, j := slices.Index(s.rounds, a.call.Task.Key), slices.Index(s.rounds, b.call.Task.Key)
		if i != j {
			return i < j
		}
	}
	// a is before b if it is more important after what a longer wait is worth.
	steps, wait := a.call.Task.Priority-b.call.Task.Priority, b.since-a.since
	switch age := s.order.Ageing; {
	case age == 0 && steps != 0:
		return steps > 0
	case age > 0 && float64(steps)*float64(age)+float64(wait) != 0:
		return float64(steps)*float64(age)+float64(wait) > 0
	}
	return a.accepted < b.accepted
}

// least is who is pushed out. Of keys that have as many, that is anyone's: the
// one that was.
func (s *shelf) least(was *process.Call) *process.Call {
	counts, most := map[string]int{}, 0
	for _, it := range s.items {
		key := it.call.Task.Key
		if !s.order.keyed() {
			key = ""
		}
		counts[key]++
		most = max(most, counts[key])
	}
	var least *process.Call
	for _, it := range s.items {
		call := it.call
		if s.order.keyed() && (counts[call.Task.Key] < most || call.Task.Key != was.Task.Key) {
			continue
		}
		if least == nil || call.Task.Priority < least.Task.Priority ||
			call.Task.Priority == least.Task.Priority && call.Task.Tag.(uint64) < least.Task.Tag.(uint64) {
			least = call
		}
	}
	return least
}
