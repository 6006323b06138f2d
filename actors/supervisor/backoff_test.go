package supervisor

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const ms = time.Millisecond

func TestBackoffDefaults(t *testing.T) {
	for name, c := range map[string]struct{ given, want Backoff }{
		"zero":        {Backoff{}, Backoff{10 * ms, 10 * time.Second, 0.5, 10 * time.Second, false}},
		"small max":   {Backoff{Max: 5 * ms}, Backoff{5 * ms, 5 * ms, 0.5, 10 * time.Second, false}},
		"large min":   {Backoff{Min: time.Minute}, Backoff{time.Minute, time.Minute, 0.5, 10 * time.Second, false}},
		"all of them": {Backoff{1, 2, 0.25, 3, true}, Backoff{1, 2, 0.25, 3, true}},
	} {
		assert.Equal(t, c.want, c.given.withDefaults(), name)
	}
}

func TestCase55BackoffDoublesUpToItsCap(t *testing.T) {
	b := Backoff{Min: 10 * ms, Max: 100 * ms}.withDefaults()
	var got []time.Duration
	for attempt := 1; attempt <= 7; attempt++ {
		got = append(got, b.delay(attempt, 0))
	}
	assert.Equal(t, []time.Duration{10 * ms, 20 * ms, 40 * ms, 80 * ms, 100 * ms, 100 * ms, 100 * ms}, got)
	assert.Equal(t, 100*ms, b.delay(math.MaxInt, 0))
}

func TestEagerBackoffBeginsWithNone(t *testing.T) {
	b := Backoff{Eager: true}.withDefaults()
	var got []time.Duration
	for attempt := 1; attempt <= 4; attempt++ {
		got = append(got, b.delay(attempt, 0))
	}
	assert.Equal(t, []time.Duration{0, 10 * ms, 20 * ms, 40 * ms}, got)
}

func TestCase55BackoffJitterStaysWithinItsShare(t *testing.T) {
	b := Backoff{}.withDefaults()
	random := rand.New(rand.NewPCG(1, 2))
	for attempt := 1; attempt < 100; attempt++ {
		plain, jittered := b.delay(attempt, 0), b.delay(attempt, random.Float64())
		assert.GreaterOrEqual(t, jittered, plain, "attempt %d", attempt)
		assert.LessOrEqual(t, jittered, plain+plain/2, "attempt %d", attempt)
	}
}

func TestCase55BackoffOfTwoSupervisorsDiverges(t *testing.T) {
	b := Backoff{}.withDefaults()
	one, other := rand.New(rand.NewPCG(1, 1)), rand.New(rand.NewPCG(2, 2))
	var apart time.Duration
	for attempt := 1; attempt <= 20; attempt++ {
		apart += (b.delay(attempt, one.Float64()) - b.delay(attempt, other.Float64())).Abs()
	}
	assert.Greater(t, apart, time.Second, "after 20 restarts, most of them at the cap of 10 s")
}

func TestBackoffDoesNotOverflow(t *testing.T) {
	b := Backoff{Min: 1, Max: math.MaxInt64, Jitter: 1, ResetAfter: 1}
	almostOne := math.Nextafter(1, 0)
	last := time.Duration(0)
	for attempt := 1; attempt < 100; attempt++ {
		for _, random := range []float64{0, 0.5, almostOne} {
			require.Positive(t, b.delay(attempt, random), "attempt %d, random %v", attempt, random)
		}
		require.GreaterOrEqual(t, b.delay(attempt, 0), last, "attempt %d", attempt)
		last = b.delay(attempt, 0)
	}
	assert.Equal(t, time.Duration(math.MaxInt64), last)
}

// The pauses of Kubernetes: 10 s doubled up to 5 min, anew after ten minutes.
func TestBackoffOfKubernetes(t *testing.T) {
	policy := Policy{Intensity: 1, Period: time.Second, Backoff: Backoff{
		Min: 10 * time.Second, Max: 5 * time.Minute, Jitter: -1, ResetAfter: 10 * time.Minute,
	}}
	var history History
	var decision Decision
	var now time.Duration
	var pauses []time.Duration
	for i := range 9 {
		ran := time.Second
		if i == 7 {
			ran = 10 * time.Minute
		}
		now += ran
		decision, history = policy.Decide(Failure{Ran: ran, Streak: decision.Attempt, Now: now, Random: 0.9}, history)
		require.Equal(t, RestartAfter, decision.Action)
		now += decision.Delay
		pauses = append(pauses, decision.Delay/time.Second)
	}
	assert.Equal(t, []time.Duration{10, 20, 40, 80, 160, 300, 300, 10, 20}, pauses)
}
