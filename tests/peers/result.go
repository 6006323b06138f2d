package main

import (
	"strings"
	"time"

	"brood/tests/load"
	"brood/tests/peers/turns"
)

// report is all that was measured.
type report struct {
	Turn    float64   `json:"turn_seconds"`
	Results []*result `json:"results"`
}

// result is what was measured of one contestant.
type result struct {
	Name    string `json:"name"`
	NotHere string `json:"not_here,omitempty"` // why
	// Numbers by name, one value for each round: the name of a shape with what
	// is counted.
	Numbers map[string][]float64 `json:"numbers,omitempty"`
	// Notes by shape: why it has no numbers.
	Notes map[string]string `json:"notes,omitempty"`

	open int // workers of the pool that is open
}

func newResult(name string) *result {
	return &result{Name: name, Numbers: map[string][]float64{}, Notes: map[string]string{}}
}

// What is counted of a shape.
const (
	perSecond = " tasks/s"
	cpuMicros = " cpu us/task"
	p50Micros = " p50 us"
	p99Micros = " p99 us"
	millis    = " ms"
)

// add takes what one turn gave. cpu is what all processes of the contestant
// used in it, zero if that is not known.
func (r *result) add(s shape, a turns.Answer, cpu time.Duration) {
	put := func(number string, value float64) {
		r.Numbers[s.name+number] = append(r.Numbers[s.name+number], value)
	}
	switch s.ask.Op {
	case turns.Latency:
		put(p50Micros, a.P50)
		put(p99Micros, a.P99)
	case turns.Recover:
		put(millis, a.Seconds*1e3)
	default:
		put(perSecond, a.Rate())
		if cpu > 0 && a.Tasks > 0 {
			put(cpuMicros, float64(cpu.Microseconds())/float64(a.Tasks))
		}
	}
}

// times returns how many times r's number is as great as base's: the median
// of the rounds' ratios, zero if either was not measured.
func (r *result) times(base *result, number string) float64 {
	return load.Median(load.Quotients(r.Numbers[number], base.Numbers[number]))
}

func isBrood(name string) bool { return strings.HasPrefix(name, "brood-") }

// named returns the result of that name, an empty one if there is none.
func (r *report) named(name string) *result {
	for _, result := range r.Results {
		if result.Name == name {
			return result
		}
	}
	return newResult(name)
}
