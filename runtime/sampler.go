package runtime

import (
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors/health"
	"brood/ptyio"
)

// sampler takes the samples of all children of a Runtime, in one pass over the
// processes for all of them. Its goroutine runs while somebody wants samples.
type sampler struct {
	system     *actor.ActorSystem
	goroutines *sync.WaitGroup
	interval   time.Duration
	stopped    chan struct{} // closed by stop

	mu       sync.Mutex
	tracks   map[*track]bool // of children that run; true: one that is always wanted
	limited  int             // how many are
	asked    time.Time       // when somebody asked last
	running  bool
	isClosed bool

	// The goroutine's; there is one at a time.
	pass pass
}

// pass is one look at all children.
type pass struct {
	census  ptyio.Census
	tracks  []*track
	conns   []ptyio.Conn
	meters  []*health.Meter
	details []bool
}

func newSampler(system *actor.ActorSystem, goroutines *sync.WaitGroup, interval time.Duration) *sampler {
	return &sampler{
		system: system, goroutines: goroutines, interval: interval,
		stopped: make(chan struct{}), tracks: map[*track]bool{},
	}
}

// enter makes a child that runs one of those that are sampled.
func (s *sampler) enter(t *track) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limited := t.wanted()
	s.tracks[t] = limited
	if limited {
		s.limited++
		s.wake()
	}
}

// leave forgets a child that has ended; one that never ran was never entered.
func (s *sampler) leave(t *track) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tracks[t] {
		s.limited--
	}
	delete(s.tracks, t)
}

// ask says that somebody wants samples.
func (s *sampler) ask() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = time.Now()
	s.wake()
}

// wake starts the goroutine unless there is one, or there is to be none any more.
// The caller holds the lock.
func (s *sampler) wake() {
	if !s.running && !s.isClosed {
		s.running = true
		s.goroutines.Go(s.run)
	}
}

// stop ends the goroutine, now and for good.
func (s *sampler) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isClosed {
		s.isClosed = true
		close(s.stopped)
	}
}

func (s *sampler) run() {
	ticks := time.NewTicker(s.interval)
	defer ticks.Stop()
	for s.isWanted(time.Now()) {
		s.sample()
		select {
		case <-ticks.C:
		case <-s.stopped:
		}
	}
}

// isWanted reports whether the goroutine is to go on; if not, it must end.
func (s *sampler) isWanted(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted := s.limited > 0 || now.Sub(s.asked) < health.RingSize*s.interval
	s.running = wanted && !s.isClosed
	return s.running
}

// sample makes a pass.
func (s *sampler) sample() {
	p := &s.pass
	s.mu.Lock()
	p.tracks = p.tracks[:0]
	for t := range s.tracks {
		p.tracks = append(p.tracks, t)
	}
	s.mu.Unlock()
	p.prepare()
	if len(p.conns) == 0 {
		return
	}
	tallies, err := p.census.Take(p.conns, func(i int) bool { return p.details[i] })
	now := time.Now()
	for i, t := range p.tracks {
		sample := func() health.Sample { return p.meters[i].Blind(now) }
		if err == nil && !tallies[i].Foreign {
			if !tallies[i].Found {
				continue // it has ended
			}
			sample = func() health.Sample { return p.meters[i].Sample(now, tallies[i]) }
		}
		taken, who, messages := t.take(p.meters[i], sample)
		for _, m := range messages { // not under a lock: a post may run turns
			s.system.Root.Send(who, m)
		}
		if who != nil && t.heard != nil {
			t.heard(taken)
		}
	}
}

// prepare finds out what to look at, and drops children that have ended.
func (p *pass) prepare() {
	p.conns, p.meters, p.details = p.conns[:0], p.meters[:0], p.details[:0]
	p.tracks = slices.DeleteFunc(p.tracks, func(t *track) bool {
		conn, meter, details := t.prepare()
		if conn == nil {
			return true
		}
		p.conns, p.meters, p.details = append(p.conns, conn), append(p.meters, meter), append(p.details, details)
		return false
	})
}
