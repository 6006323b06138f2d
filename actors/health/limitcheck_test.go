package health

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// breaches says what Check finds after each of the samples.
func breaches(limits []Limit, chance float64, samples []Sample) (all []string) {
	var ring Ring
	var record Record
	for i, s := range samples {
		s.At = noon.Add(time.Duration(i) * second)
		ring.Add(s)
		var found []Breach
		record, found = CheckLimits(limits, record, &ring, chance)
		text := ""
		for _, v := range found {
			text += v.Action.String() + ": " + v.Err.Error() + ";"
		}
		all = append(all, text)
	}
	return all
}

func memory(incarnation uint32, bytes ...int64) (samples []Sample) {
	for _, n := range bytes {
		samples = append(samples, Sample{Incarnation: incarnation, MemoryBytes: n})
	}
	return samples
}

func TestCheck(t *testing.T) {
	const over = ": memory of the child's tree is 11 bytes, limit 10 bytes;"
	worked := func(percents ...float64) (samples []Sample) {
		var cpu time.Duration
		for _, p := range percents {
			cpu += time.Duration(p * float64(second) / 100)
			samples = append(samples, Sample{Incarnation: 1, CPU: cpu})
		}
		return samples
	}
	aged := func(ages ...time.Duration) (samples []Sample) {
		for _, age := range ages {
			samples = append(samples, Sample{Incarnation: 1, Age: age})
		}
		return samples
	}
	for _, test := range []struct {
		name    string
		limits  []Limit
		chance  float64
		samples []Sample
		want    []string
	}{
		{"at the limit is not over it", []Limit{{MemoryBytes: 10}}, 0, memory(1, 9, 10), []string{"", ""}},
		{"a warning is given once until it fell", []Limit{{MemoryBytes: 10}}, 0, memory(1, 11, 12, 10, 11), []string{"warn" + over, "", "", "warn" + over}},
		{"what is unknown changes nothing", []Limit{{MemoryBytes: 10}}, 0, memory(1, 11, Unknown, 11), []string{"warn" + over, "", ""}},
		{"a restart is asked for once", []Limit{{MemoryBytes: 10, Action: RestartNow}}, 0, memory(1, 11, 9, 11), []string{"restart now" + over, "", ""}},
		{"the next incarnation begins anew", []Limit{{MemoryBytes: 10, Action: RestartNow}}, 0,
			append(memory(1, 11, 11), memory(2, 11, 11)...), []string{"restart now" + over, "", "restart now" + over, ""}},
		{"the most urgent restart is alone", []Limit{{MemoryBytes: 10, Action: RestartNow}, {MemoryBytes: 10, Action: RestartWhenIdle}, {MemoryBytes: 10}}, 0,
			memory(1, 11), []string{"warn" + over + "restart now" + over}},
		{"a more urgent one can follow", []Limit{{MemoryBytes: 20, Action: RestartNow}, {MemoryBytes: 10, Action: RestartWhenIdle}}, 0,
			memory(1, 11, 21), []string{"restart when idle" + over, "restart now: memory of the child's tree is 21 bytes, limit 20 bytes;"}},
		{"a peak of the processor is not a share over a time", []Limit{{CPUPercent: 80, Over: 3 * second}}, 0,
			worked(0, 100, 100, 0, 0, 0), []string{"", "", "", "", "", ""}},
		{"a share over a time", []Limit{{CPUPercent: 80, Over: 3 * second}}, 0, worked(0, 100, 100, 100, 100),
			[]string{"", "", "", "warn: cpu of the child's tree is 100 % of one core, limit 80 % of one core;", ""}},
		{"percent are of one core", []Limit{{CPUPercent: 180, Over: second}}, 0, worked(0, 170, 190),
			[]string{"", "", "warn: cpu of the child's tree is 190 % of one core, limit 180 % of one core;"}},
		{"descriptors", []Limit{{Descriptors: 4}}, 0, []Sample{{Incarnation: 1, Descriptors: 5}},
			[]string{"warn: descriptors of the child's tree is 5, limit 4;"}},
		{"age", []Limit{{Age: time.Minute, Action: RestartWhenIdle}}, 0, aged(time.Minute, time.Minute+second),
			[]string{"", "restart when idle: age of the child's tree is 1m1s, limit 1m0s;"}},
		{"age with half of the jitter", []Limit{{Age: time.Minute, Jitter: time.Minute}}, 0.5, aged(time.Minute+second, 91*second),
			[]string{"", "warn: age of the child's tree is 1m31s, limit 1m30s;"}},
		{"an age without end", []Limit{{Age: math.MaxInt64, Jitter: time.Hour}}, 1, aged(100 * 365 * 24 * time.Hour), []string{""}},
		{"no limits", nil, 0, memory(1, 1<<40), []string{""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, breaches(test.limits, test.chance, test.samples))
		})
	}
}

func TestSharesAreOfOneIncarnation(t *testing.T) {
	samples := []Sample{{Incarnation: 1}, {Incarnation: 1, CPU: 9 * second}, {Incarnation: 2}, {Incarnation: 2, CPU: second / 10}}
	assert.Equal(t, []string{"", "", "", ""}, breaches([]Limit{{CPUPercent: 50, Over: 2 * second}}, 0, samples))
}

func TestWordsOfLimits(t *testing.T) {
	assert.Equal(t, "unknown", Action(9).String())
	assert.Equal(t, "unknown", Resource(0).String())
	assert.Equal(t, "unknown", Resource(9).String())
	assert.Equal(t, Memory, Limit{MemoryBytes: 1}.Resource())
}
