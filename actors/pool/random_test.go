package pool

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"brood/actors"
	"brood/actors/internal/alarm"
	"brood/actors/process"
)

var errLeft = errors.New("the submitter has left")

// world is a pool without an actor, with a clock that the test moves and members
// that do as process actors do: what they say arrives in order, some time later.
type world struct {
	t        *testing.T
	stage    *stage
	seed     uint64
	random   *rand.Rand
	pool     *pool
	members  []fakeMember
	arriving []*actors.Result // at the pool, from its own calls
	now      time.Duration
	alarms   map[*alarm.Alarm]ringing

	asked   []any        // of the members' supervisor
	changes []chan error // one for each Change
	healthy bool         // nothing fails any more
	revoked int          // calls that were given back

	jobs []*job // all of them
	open []*job // those without an answer
	free []*process.Call
	runs map[any]int // by task: how often it was answered by a child, or may have run in one that died
}

// job is a task, and what its submitter knows of it.
type job struct {
	task   actors.Task
	call   *process.Call
	epoch  uint64
	began  time.Duration
	left   bool
	rerun  bool
	result *actors.Result
}

// fakeMember is a process actor with its child.
type fakeMember struct {
	exists  bool // its supervisor has it
	stopped bool // … and does not restart it
	run     uint32
	running bool
	inbox   []any  // from the pool
	outbox  []any  // to the pool
	holds   []held // call is nil: answered early, its slot is taken
}

type held struct {
	call    *process.Call
	task    actors.Task
	counted bool
}

// Whatever happens in whatever order: each accepted call is in one place and is
// answered once, with an answer that is true; no member gets more than it has
// slots; and the counts are those of what is there.
func TestEveryCallIsInOnePlaceAndAnsweredOnce(t *testing.T) {
	seeds := uint64(1200)
	if testing.Short() {
		seeds = 200
	}
	s := newStage(t, 9)
	for seed := range seeds {
		w := s.open(t, seed)
		for range 200 {
			w.step()
			w.check()
		}
		w.finish()
	}
}

// step does one thing at random.
func (w *world) step() {
	i := w.random.IntN(len(w.pool.scheduler.members))
	m := &w.members[i]
	switch w.random.IntN(24) {
	case 0, 1, 2, 3:
		w.submit()
	case 4:
		w.leave()
	case 5:
		if m.running && w.random.IntN(5) == 0 {
			w.die(i)
		}
	case 6, 7:
		w.start(i)
	case 8, 9:
		w.oblige()
	case 10, 11:
		w.reply(i)
	case 12, 13, 14:
		w.toMember(i)
	case 15:
		w.pass(time.Duration(w.random.IntN(1000)) * time.Millisecond)
	case 16:
		w.arrive()
		m.inbox = append(m.inbox, &process.Revoke{N: 1 + w.random.IntN(3)}) // besides those that the pool sends
	case 17:
		w.rare()
	case 18:
		if w.random.IntN(3) == 0 {
			w.tell(&Reopen{})
			w.tell(&Resume{})
		}
	default:
		w.toPool(i)
	}
	w.collect()
}

// rare is what happens to a pool from time to time.
func (w *world) rare() {
	switch w.random.IntN(32) {
	case 0:
		w.giveUp()
	case 4, 5, 6, 7:
		if list := w.pool.poison.list().Tasks; len(list) > 0 {
			set := list[w.random.IntN(len(list))]
			j := w.newJob(set.Task)
			j.rerun = true
			w.tell(&Rerun{ID: set.ID, Call: j.call})
		}
	case 8:
		w.tell(&Forget{ID: w.pool.poison.lastID, Reply: make(chan bool, 1)})
	case 9, 10:
		w.tell(&Pause{})
	case 15:
		if w.random.IntN(10) == 0 {
			w.drain()
		}
	case 16, 17, 18, 19, 20:
		w.change()
	}
	w.endTurn()
}

// newJob takes a call that was used before, if there is one, as a client does.
func (w *world) newJob(task actors.Task) *job {
	var call *process.Call
	if n := len(w.free); n > 0 {
		call, w.free = w.free[n-1], w.free[:n-1]
	} else {
		call = &process.Call{Done: make(chan actors.Result, 1)}
	}
	call.Reset(task)
	call.Pooled = true
	j := &job{task: task, call: call, epoch: call.Epoch(), began: w.now}
	w.jobs, w.open = append(w.jobs, j), append(w.open, j)
	return j
}

// submit submits a task, or a batch of them.
func (w *world) submit() {
	if w.random.IntN(3) > 0 {
		w.tell(w.newJob(w.newTask()).call)
	} else {
		batch := &Batch{}
		for range 1 + w.random.IntN(5) {
			batch.calls = append(batch.calls, w.newJob(w.newTask()).call)
		}
		w.tell(batch)
	}
	w.mayEndTurn()
}

func (w *world) newTask() actors.Task {
	some := func() time.Duration {
		return time.Duration(max(0, w.random.IntN(8)-4)) * time.Second
	}
	task := actors.Task{Tag: len(w.jobs), Repeatable: w.random.IntN(2) == 0}
	task.Payload = fmt.Append(nil, len(w.jobs))
	task.Key, task.Priority = fmt.Sprint(w.random.IntN(3)), w.random.IntN(2)
	if w.random.IntN(2) == 0 {
		task.Timeout, task.QueueTimeout, task.StartTimeout = some(), some(), some()
	}
	if w.random.IntN(4) == 0 {
		task.ID = fmt.Sprint(w.random.IntN(3))
		task.Payload = []byte(task.ID)
	}
	return task
}

// leave lets a submitter give its task up, perhaps too late.
func (w *world) leave() {
	if len(w.jobs) == 0 {
		return
	}
	j := w.jobs[max(0, len(w.jobs)-1-w.random.IntN(20))]
	if j.left || j.result != nil && slices.Contains(w.free, j.call) {
		return // a client that has its answer does not leave
	}
	if j.result == nil {
		j.left = true
	}
	w.tell(&process.Cancel{Call: j.call, Epoch: j.epoch, Err: errLeft})
	w.mayEndTurn()
}

// arrive delivers the answer of a call of the pool's own.
func (w *world) arrive() {
	if len(w.arriving) > 0 {
		result := w.arriving[0]
		w.arriving = w.arriving[1:]
		w.tell(result)
		w.mayEndTurn()
	}
}

// collect takes the answers that have come. A call whose submitter did not leave
// is used again.
func (w *world) collect() {
	w.open = slices.DeleteFunc(w.open, func(j *job) bool {
		select {
		case result := <-j.call.Done:
			j.result = &result
			w.judge(j)
			if !j.left {
				w.free = append(w.free, j.call)
			}
			return true
		default:
			return false
		}
	})
}
