package supervisor

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heapBytes is how much is in use after all that is not has been collected.
func heapBytes() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// Case 51. The restarts that a machine remembers do not add up.
func TestAMillionRestartsKeepMemoryFlat(t *testing.T) {
	for name, c := range map[string]struct {
		spec  Spec
		times int
	}{
		"never too many": {Spec{Intensity: 100, Period: time.Second, Backoff: Backoff{Min: -1}}, 1_000_000},
		"resting":        {Spec{Intensity: 2, Period: time.Hour, Rest: 1, Backoff: Backoff{Min: -1}}, 100_000},
		"a group":        {Spec{Intensity: 100, Period: time.Second, Backoff: Backoff{Min: -1}, Strategy: OneForAll}, 100_000},
	} {
		t.Run(name, func(t *testing.T) {
			spec := c.spec
			spec.Children = []Child{{ID: "a", Props: idle}, {ID: "b", Props: idle}}
			require.NoError(t, spec.validate())
			p := &prompt{machine: newMachine(&spec)}
			p.tell(input{kind: inBegin})
			a := p.machine.find("a")
			crash := func(times int) {
				for range times {
					p.now += 10_100 * time.Microsecond // never more than 100 in a second
					p.log = p.log[:0]
					p.tell(input{kind: inEnded, child: a, exit: exits["exit-3"]})
				}
			}
			crash(10_000)
			before := heapBytes()
			crash(c.times)
			grown := heapBytes() - before
			assert.Equal(t, 10_000+c.times, a.restarts)
			assert.Less(t, grown, int64(256<<10), "bytes")
			t.Logf("%d bytes more after %d restarts", grown, c.times)
			runtime.KeepAlive(p)
		})
	}
}
