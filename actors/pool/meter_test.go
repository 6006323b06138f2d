package pool

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestMeterTellsTheShareOfTime(t *testing.T) {
	const s = time.Second
	for name, c := range map[string]struct {
		busy          [][2]time.Duration // from, to; to 0: it goes on
		at            time.Duration
		lately, total float64
	}{
		"nothing yet":         {nil, 0, 0, 0},
		"idle":                {nil, 10 * s, 0, 0},
		"all the time":        {[][2]time.Duration{{0, 0}}, 200 * s, 1, 1},
		"half of it":          {[][2]time.Duration{{0, 5 * s}}, 10 * s, 0.5, 0.5},
		"still at it":         {[][2]time.Duration{{5 * s, 0}}, 20 * s, 0.75, 0.75},
		"over several parts":  {[][2]time.Duration{{1 * s, 21 * s}}, 40 * s, 0.5, 0.5},
		"long ago":            {[][2]time.Duration{{0, 60 * s}}, 240 * s, 0, 0.25},
		"again after a while": {[][2]time.Duration{{0, 10 * s}, {230 * s, 240 * s}}, 240 * s, 10. / 55, 20. / 240},
		"more than a window":  {[][2]time.Duration{{10 * s, 190 * s}}, 200 * s, 45. / 55, 0.9},
	} {
		t.Run(name, func(t *testing.T) {
			var m meter
			born := time.Unix(1, 0)
			m.open(born)
			for _, b := range c.busy {
				m.begin(born.Add(b[0]))
				if b[1] > 0 {
					m.end(born.Add(b[1]))
				}
			}
			lately, total := m.shares(born.Add(c.at))
			assert.InDelta(t, c.lately, lately, 1e-9)
			assert.InDelta(t, c.total, total, 1e-9)
		})
	}
	var unborn meter
	lately, total := unborn.shares(time.Now())
	assert.Zero(t, lately+total)
}

func TestHistogramIsRightToOneInAHundred(t *testing.T) {
	var h histogram
	assert.Equal(t, Times{}, h.times())
	for i := range 1000 {
		h.record(time.Duration(i+1) * time.Millisecond)
	}
	times := h.times()
	assert.EqualValues(t, 1000, times.Count)
	for want, got := range map[time.Duration]time.Duration{
		500 * time.Millisecond: times.P50, 950 * time.Millisecond: times.P95, 990 * time.Millisecond: times.P99, time.Second: times.Max,
	} {
		assert.InEpsilon(t, want, got, 0.01)
	}
	h.record(-1)
	h.record(24 * time.Hour)
	assert.EqualValues(t, 1002, h.times().Count)
	assert.InEpsilon(t, time.Hour, h.times().Max, 0.01)
	assert.Zero(t, testing.AllocsPerRun(100, func() { h.record(time.Second) }))
}
