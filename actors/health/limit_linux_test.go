package health

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestFaultsOfLimits(t *testing.T) {
	limits := []Limit{
		{},
		{MemoryBytes: -1},
		{MemoryBytes: 1, Descriptors: 1, Action: 9},
		{CPUPercent: math.NaN(), Over: -second},
		{CPUPercent: 50, Over: 2 * time.Minute},
		{Age: -second, Jitter: -second},
		{Descriptors: -3, Over: second, Jitter: second},
		{MemoryBytes: 1}, {CPUPercent: 300}, {Descriptors: 1}, {Age: 1, Jitter: 1, Action: RestartNow},
	}
	var got []string
	for _, fault := range Faults(limits, second) {
		got = append(got, fault.Error())
	}
	const none = "not exactly one of MemoryBytes, CPUPercent, Descriptors and Age is set"
	assert.Equal(t, []string{
		"limit 0: " + none,
		"limit 1: MemoryBytes is -1",
		"limit 2: " + none, "limit 2: unknown Action 9",
		"limit 3: CPUPercent is NaN", "limit 3: Over is -1s",
		"limit 4: Over is 2m0s, samples are kept for 58s",
		"limit 5: Age is -1s", "limit 5: Jitter is -1s",
		"limit 6: Descriptors is -3", "limit 6: Over is set and CPUPercent is not", "limit 6: Jitter is set and Age is not",
	}, got)
}
