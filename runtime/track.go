package runtime

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"

	"brood/actors"
	"brood/actors/health"
	"brood/actors/process"
	"brood/ptyio"
)

// track is what is known of one child's use of resources, over its incarnations.
// A child that nobody asks about has no samples here and costs no more than this.
type track struct {
	sampler *sampler
	limits  []health.Limit
	details bool         // of each sample
	heard   func(Sample) // if not nil, is told of each; it must not block

	mu     sync.Mutex
	ring   health.Ring
	record health.Record
	taken  int           // samples
	next   chan struct{} // closed at the next sample; nil: nobody waits

	// Of the incarnation that runs.
	conn        ptyio.Conn // nil: none does
	who         *actor.PID
	incarnation uint32
	started     time.Time
	chance      float64
	meter       *health.Meter // nil before its first sample
}

func newTrack(s *sampler, limits []health.Limit) *track {
	t := &track{sampler: s, limits: limits}
	for _, l := range limits {
		t.details = t.details || l.Resource() == health.Descriptors
	}
	return t
}

// wanted reports whether somebody wants the samples as long as the child runs.
func (t *track) wanted() bool { return len(t.limits) > 0 || t.heard != nil }

// observe takes the events of the process actor, in its turn.
func (t *track) observe(event any) {
	switch m := event.(type) {
	case *process.Connected:
		t.begin(m)
		t.sampler.enter(t)
	case *actors.Down:
		t.sampler.leave(t)
		t.end()
	}
}

func (t *track) begin(m *process.Connected) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conn, t.who, t.incarnation, t.meter = m.Conn, m.Who, m.Incarnation, nil
	t.started, t.chance, t.record = time.Now(), rand.Float64(), health.Record{}
}

func (t *track) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conn, t.meter = nil, nil
	t.tell()
}

// tell lets those look who wait for a sample. The caller holds the lock.
func (t *track) tell() {
	if t.next != nil {
		close(t.next)
		t.next = nil
	}
}

// prepare returns what to look at for the next sample; nil if nothing runs.
func (t *track) prepare() (conn ptyio.Conn, meter *health.Meter, details bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn == nil {
		return nil, nil, false
	}
	if t.meter == nil {
		t.meter = health.NewMeter(t.incarnation, t.conn.PID(), t.started)
	}
	return t.conn, t.meter, t.details || t.meter.Details(t.taken)
}

// take keeps a sample of the incarnation of which the meter is, and returns what
// is to be done about it.
func (t *track) take(meter *health.Meter, sample func() health.Sample) (s Sample, who *actor.PID, messages []*process.OverLimit) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.meter != meter {
		return s, nil, nil // it ended meanwhile
	}
	s = sample()
	t.ring.Add(s)
	t.taken++
	t.tell()
	var breaches []health.Breach
	t.record, breaches = health.CheckLimits(t.limits, t.record, &t.ring, t.chance)
	for _, v := range breaches {
		messages = append(messages, &process.OverLimit{Incarnation: s.Incarnation, Breach: v})
	}
	return s, t.who, messages
}

// watchFaults adds the faults of limits to those of the rest of a spec.
func (rt *Runtime) watchFaults(faults error, limits []health.Limit) error {
	for _, fault := range health.Faults(limits, rt.options.SampleInterval) {
		faults = multierror.Append(faults, fmt.Errorf("health: Watch: %w", fault))
	}
	return faults
}
