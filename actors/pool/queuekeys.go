package pool

import "brood/actors/process"

// spareLanes is how many lanes are kept for keys to come.
const spareLanes = 256

// keys holds a lane for each key that waits, or that members hold calls of if
// those are limited. A key of which nothing is left is forgotten.
type keys struct {
	order   Order
	lanes   map[string]*lane
	any     bench // lanes whose next call may go to any member
	homes   *homes
	longest heap[*lane, byLength] // of all that wait, if anything is to be pushed out
	turns   uint64                // so many were drawn
	held    map[int][]*lane       // by member: whose calls it holds, if they are limited
	spare   []*lane
	most    int // lanes, since the table was made
}

// bench holds lanes whose next call may be handed out, by whose turn it is.
type bench struct {
	heap[*lane, byTurn]
	// For those of keys that stick to a member: which one.
	member      int
	incarnation uint32
	rows        int // of the table of homes, that lead here
	over        bool
}

func newKeys(order Order) keys {
	k := keys{order: order, lanes: map[string]*lane{}}
	if order.Sticky {
		k.homes = newHomes()
	}
	if order.KeyLimit > 0 {
		k.held = map[int][]*lane{}
	}
	return k
}

// top is the lane whose turn it is, if there is one.
func (b *bench) top() *lane {
	if len(b.items) == 0 {
		return nil
	}
	return b.items[0]
}

func (b *bench) head() *process.Call {
	if l := b.top(); l != nil {
		return l.head()
	}
	return nil
}

func (k *keys) push(call *process.Call, evicts bool) {
	l := k.lanes[call.Task.Key]
	if l == nil {
		l = k.enter(call.Task.Key)
	}
	if l.queued == 0 {
		k.drawTurn(l)
	}
	l.push(call, evicts)
	if evicts {
		if l.queued == 1 {
			k.longest.push(l)
		} else {
			k.longest.fix(l.long)
		}
	}
	k.seat(l)
}

func (k *keys) remove(call *process.Call, evicts bool) {
	l := k.lanes[call.Task.Key]
	l.remove(call, evicts)
	if evicts {
		if l.queued == 0 {
			k.longest.remove(l.long)
		} else {
			k.longest.fix(l.long)
		}
	}
	k.seat(l)
}

// hand notes that a member gets the next call of a lane, which is then removed.
func (k *keys) hand(call *process.Call, to int) {
	l := k.lanes[call.Task.Key]
	k.drawTurn(l)
	if k.order.KeyLimit > 0 {
		call.Pool.Counted = true
		l.running++
		k.held[to] = append(k.held[to], l)
	}
}

func (k *keys) drawTurn(l *lane) {
	k.turns++
	l.turn = k.turns
}

// seat puts a lane where it belongs after a change: on a bench if its next call
// may be handed out, away if nothing is left of it.
func (k *keys) seat(l *lane) {
	to := k.benchOf(l)
	if to != nil {
		l.first = k.placeOf(l)
	}
	if l.bench != nil && l.bench == to {
		to.fix(l.at)
		return
	}
	if l.bench != nil {
		l.bench.remove(l.at)
	}
	l.bench = to
	if to != nil {
		to.push(l)
	}
	if l.queued == 0 && l.running == 0 {
		k.leave(l)
	}
}

func (k *keys) placeOf(l *lane) place {
	if k.order.Fair {
		return place{seq: l.turn}
	}
	head := l.head()
	return place{rank: head.Pool.Rank, seq: head.Pool.Seq}
}

func (k *keys) benchOf(l *lane) *bench {
	if l.queued == 0 || k.order.KeyLimit > 0 && l.running >= k.order.KeyLimit {
		return nil
	}
	if k.homes != nil {
		if home := k.homes.of(l.home); home != nil {
			return home
		}
	}
	return &k.any
}

// wouldWait tells where a new call of a key would stand, and whether it would
// wait there in any case: behind others of its key, or since they are too many.
// A key that has no home yet stands on no bench.
func (k *keys) wouldWait(key string) (to *bench, waits bool) {
	row := 0
	if l := k.lanes[key]; l != nil {
		if l.queued > 0 || k.order.KeyLimit > 0 && l.running >= k.order.KeyLimit {
			return nil, true
		}
		row = l.home
	} else if k.homes != nil {
		row = k.homes.row(key)
	}
	if k.homes != nil {
		to = k.homes.of(row)
	}
	return to, false
}

func (k *keys) enter(key string) *lane {
	var l *lane
	if n := len(k.spare); n > 0 {
		l, k.spare = k.spare[n-1], k.spare[:n-1]
	} else {
		l = new(lane)
	}
	l.key = key
	if k.homes != nil {
		l.home = k.homes.row(key)
	}
	k.lanes[key] = l
	k.most = max(k.most, len(k.lanes))
	return l
}

// leave forgets a lane. A table that was large and is empty is given up: it
// would keep its size.
func (k *keys) leave(l *lane) {
	delete(k.lanes, l.key)
	l.key = ""
	if len(k.spare) < spareLanes {
		k.spare = append(k.spare, l)
	}
	if len(k.lanes) == 0 && k.most > 4*spareLanes {
		k.lanes, k.most = map[string]*lane{}, 0
	}
}

// ended says that a member has ended calls of these keys.
func (k *keys) ended(member int, keys []string) {
	for _, key := range keys {
		k.unhold(member, key)
	}
}

// back says that a member has given calls back.
func (k *keys) back(member int, calls []*process.Call) {
	for _, call := range calls {
		if call.Pool.Counted {
			k.unhold(member, call.Task.Key)
		}
	}
}

func (k *keys) unhold(member int, key string) {
	held := k.held[member]
	for i, l := range held {
		if l.key != key {
			continue
		}
		last := len(held) - 1
		held[i], held[last] = held[last], nil
		k.held[member] = held[:last]
		k.release(l)
		return
	}
}

// gone says that a member holds nothing any more.
func (k *keys) gone(member int) {
	for _, l := range k.held[member] {
		k.release(l)
	}
	delete(k.held, member)
}

func (k *keys) release(l *lane) {
	l.running--
	k.seat(l)
}
