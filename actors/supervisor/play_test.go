package supervisor_test

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/supervisor"
)

// Case 43. Whatever children do and calls ask for, in whatever state: the
// supervisor answers each call once, ends once, and says of each child once that
// it has ended.
func TestAnyPlayComesToItsEnd(t *testing.T) {
	for seed := range uint64(150) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			bubble(t, func(s *scene) { (&playing{scene: s, Rand: rand.New(rand.NewPCG(seed, 1))}).run() })
		})
	}
}

// playing is one play, told by its random numbers.
type playing struct {
	*scene
	*rand.Rand
	answers []chan *supervisor.Answer // of calls that reached it
	told    map[string]int            // ChildStarted without a ChildEnded, by ID
	ended   atomic.Int32
}

var tempers = []func(*fake, actor.Context) bool{
	nil, nil, deaf, stoneDeaf, panicsAt[*actors.Stop], panicsAt[*actor.Stopping], failing(1),
}

func (p *playing) child(id string) supervisor.Child {
	if p.IntN(4) == 0 {
		return p.plain(id, supervisor.Restart(p.IntN(3)))
	}
	return supervisor.Child{
		ID: id, Props: p.fake(id, tempers[p.IntN(len(tempers))]), Restart: supervisor.Restart(p.IntN(3)),
		Grace: time.Duration(p.IntN(3)-1) * time.Second, Patient: p.IntN(2) == 0,
		MinUptime: time.Duration(p.IntN(2)) * 5 * ms,
	}
}

func (p *playing) event(event supervisor.Event) {
	switch e := event.(type) {
	case supervisor.ChildStarted:
		p.told[e.ID] = 1
	case supervisor.ChildEnded:
		p.told[e.ID] = 0
	case supervisor.Ended:
		p.ended.Add(1)
	}
}

func (p *playing) run() {
	p.told = map[string]int{}
	limit, err := supervisor.NewStartLimit(100, 1)
	require.NoError(p.t, err)
	spec := supervisor.Spec{
		Strategy: supervisor.Strategy(p.IntN(3)), Intensity: p.IntN(20), Period: time.Second,
		Rest: time.Duration(p.IntN(2)) * 50 * ms, OnEvent: p.event,
	}
	if p.IntN(2) == 0 {
		spec.Starts = limit
	}
	for i := range p.IntN(4) {
		spec.Children = append(spec.Children, p.child(fmt.Sprint("c", i)))
	}
	p.start(spec)
	for range 60 {
		p.act(fmt.Sprint("c", p.IntN(4)))
	}
	alive := p.ended.Load() == 0
	stopped := p.ask(-1)
	p.pass(10 * time.Minute)
	require.EqualValues(p.t, 1, p.ended.Load(), "it ends once")
	assert.True(p.t, len(stopped) == 1 || !alive, "Stop is answered")
	for i, answer := range p.answers {
		assert.Len(p.t, answer, 1, "call %d", i)
	}
	for id, open := range p.told {
		assert.Zero(p.t, open, "the end of %s is not told", id)
	}
}

// act does one thing, and now and then lets time pass.
func (p *playing) act(id string) {
	pid := actor.NewPID(p.system.Address(), "sup/"+id)
	switch p.IntN(9) {
	case 0:
		p.system.Root.Send(pid, exit(crash))
	case 1:
		p.system.Root.Send(pid, exit(success))
	case 2:
		p.system.Root.Send(pid, "boom")
	case 3:
		p.system.Root.Stop(pid)
	case 4:
		p.ring(supervisor.StopChild{ID: id})
	case 5:
		p.ring(supervisor.StartChild{ID: id})
	case 6:
		p.ring(supervisor.AddChild{ID: id, Child: p.child(id)})
	case 7:
		p.ring(supervisor.RemoveChild{ID: id})
	case 8:
		p.ring(supervisor.ResetChild{ID: id})
	}
	switch p.IntN(3) {
	case 0:
		synctest.Wait()
	case 1:
		p.pass(time.Duration(p.IntN(30)) * ms)
	}
}

func (p *playing) ring(request any) {
	answer := make(chan *supervisor.Answer, 2) // with room for one too many
	p.system.Root.Send(p.sup, &supervisor.Call{Request: request, Reply: answer})
	synctest.Wait()
	if p.ended.Load() == 0 {
		p.answers = append(p.answers, answer)
	}
}
