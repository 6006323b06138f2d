package tree

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBetween(t *testing.T) {
	assert.Equal(t, []int{6, 7}, between(5, 7, 100))
	assert.Empty(t, between(5, 5, 100))
	assert.Equal(t, []int{99, 100, 1, 2}, between(98, 2, 100), "the ids begin anew")
}

func TestRecent(t *testing.T) {
	assert.True(t, recent(time.Now(), 1<<22))
	assert.False(t, recent(time.Now().Add(-5*time.Second), 1<<22))
	assert.False(t, recent(time.Now().Add(-time.Second), 1<<15), "all ids can be given out in a moment")
	assert.False(t, recent(time.Now(), 0), "unknown")
}

// Whom a hunt looks at first, also where the ids have begun anew since.
func TestCandidates(t *testing.T) {
	const maxPID = 100
	started := func(pids ...int) (batch []*sweep) {
		for _, pid := range pids {
			batch = append(batch, &sweep{pid: pid, recent: true})
		}
		return batch
	}
	for name, c := range map[string]struct {
		batch []*sweep
		last  int
		want  []int
		all   bool
	}{
		"nobody was forked since":           {started(7), 7, nil, false},
		"somebody was":                      {started(7), 9, []int{8, 9}, false},
		"the first of several":              {started(8, 6, 7), 8, []int{7, 8}, false},
		"nobody, at the highest id":         {started(99), 99, nil, false},
		"the ids have begun anew":           {started(98), 2, []int{99, 100, 1, 2}, false},
		"between two children":              {started(98, 2), 3, []int{99, 100, 1, 2, 3}, false},
		"in the other order":                {started(2, 98), 3, []int{99, 100, 1, 2, 3}, false},
		"nobody since, and begun anew":      {started(2), 2, nil, false},
		"all but one id":                    {started(5), 4, append(between(5, 100, maxPID), 1, 2, 3, 4), false},
		"one was started long ago":          {append(started(7), &sweep{pid: 6}), 7, nil, true},
		"one was reaped by somebody else":   {append(started(7), &sweep{}), 7, nil, true},
		"long ago, and nobody forked since": {[]*sweep{{pid: 7}}, 7, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, all := candidates(c.batch, c.last, maxPID)
			assert.Equal(t, c.all, all)
			assert.Equal(t, c.want, got)
		})
	}
}
