package pool

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// drill plays random deeds to a queue and to a model of it, and compares what
// both hand out.
type drill struct {
	t      *testing.T
	random *rand.Rand
	now    time.Duration
	queue  queue
	model  shelf
	all    []*process.Call // that wait
	out    []*process.Call // that were handed out
}

var orders = map[string]Order{
	"plain":                  {},
	"ageing":                 {Ageing: 10 * time.Millisecond},
	"fair":                   {Fair: true},
	"fair, ageing":           {Fair: true, Ageing: time.Millisecond},
	"key limit":              {KeyLimit: 2},
	"key limit, ageing":      {KeyLimit: 1, Ageing: 10 * time.Millisecond},
	"fair, key limit":        {Fair: true, KeyLimit: 1},
	"everything but a place": {Fair: true, KeyLimit: 3, Ageing: 5 * time.Millisecond},
}

// What is next is what a model says that looks through everything.
func TestQueueIsAsItsModel(t *testing.T) {
	seeds := uint64(60)
	if testing.Short() {
		seeds = 6
	}
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			for seed := range seeds {
				newDrill(t, order, rand.New(rand.NewPCG(seed, 1))).run(400)
			}
		})
	}
}

func newDrill(t *testing.T, order Order, random *rand.Rand) *drill {
	d := &drill{t: t, random: random, model: shelf{order: order, running: map[string]int{}}}
	d.queue = newQueue(order, room{tasks: 1 << 20, whenFull: WhenFull(random.IntN(3))}, func() time.Duration { return d.now })
	return d
}

func (d *drill) run(deeds int) {
	priorities := 1 + d.random.IntN(30)
	for range deeds {
		d.now += time.Duration(d.random.IntN(3)) * time.Millisecond
		switch d.random.IntN(10) {
		case 0, 1, 2, 3:
			d.push(d.random.IntN(priorities) - priorities/2)
		case 4:
			if d.queue.room.whenFull == PushOut && d.queue.length > 0 {
				d.pushOut()
			}
		case 5:
			if n := len(d.all); n > 0 {
				d.take(d.all[d.random.IntN(n)])
			}
		case 6, 7:
			d.end(d.random.IntN(3) == 0)
		default:
			d.hand()
		}
		d.compare()
	}
	for d.hand() || d.end(false) {
		d.compare()
	}
	require.Empty(d.t, d.queue.keys.lanes, "keys of which nothing is left")
	require.Zero(d.t, d.queue.bytes)
}

func (d *drill) push(priority int) {
	call := &process.Call{Task: actors.Task{
		Tag:      d.queue.seq + 1,
		Payload:  make([]byte, d.random.IntN(9)),
		Key:      string(rune('a' + d.random.IntN(5))),
		Priority: priority,
	}}
	d.queue.pushBack(call)
	d.model.add(call, d.now)
	d.all = append(d.all, call)
}

// hand gives out what is next; the model says what that is.
func (d *drill) hand() bool {
	want, got := d.model.next(), d.queue.first()
	require.Same(d.t, want, got, "next")
	if got == nil {
		return false
	}
	d.queue.handed(got, 0)
	d.model.handed(got)
	d.drop(got)
	d.out = append(d.out, got)
	return true
}

// end ends one that was handed out, or gives it back.
func (d *drill) end(back bool) bool {
	if len(d.out) == 0 {
		return false
	}
	i := d.random.IntN(len(d.out))
	call := d.out[i]
	d.out = append(d.out[:i], d.out[i+1:]...)
	d.queue.keys.back(0, []*process.Call{call})
	d.model.ended(call)
	if back {
		d.queue.pushFront(call)
		d.model.again(call)
		d.all = append(d.all, call)
	}
	return true
}

func (d *drill) pushOut() {
	least := d.queue.least()
	require.Same(d.t, d.model.least(least), least, "pushed out")
	d.take(least)
}

func (d *drill) take(call *process.Call) {
	d.queue.unlink(call)
	d.model.take(call)
	d.drop(call)
}

func (d *drill) drop(call *process.Call) {
	for i, other := range d.all {
		if other == call {
			d.all[i] = d.all[len(d.all)-1]
			d.all = d.all[:len(d.all)-1]
			return
		}
	}
}

func (d *drill) compare() {
	bytes := 0
	for _, call := range d.all {
		bytes += len(call.Task.Payload)
	}
	if len(d.all) != d.queue.length || bytes != d.queue.bytes {
		require.Equal(d.t, []int{len(d.all), bytes}, []int{d.queue.length, d.queue.bytes})
	}
	if want := d.model.next(); want != d.queue.first() {
		require.Same(d.t, want, d.queue.first(), "next")
	}
}
