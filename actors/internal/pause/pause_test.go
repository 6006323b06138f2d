package pause

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAfter(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		n              int
		least, most    time.Duration
		jitter, random float64
		want           time.Duration
	}{
		{0, 10 * ms, time.Second, 1, 0.5, 0},
		{1, 10 * ms, time.Second, 0, 0.5, 10 * ms},
		{2, 10 * ms, time.Second, 0, 0.5, 20 * ms},
		{7, 10 * ms, time.Second, 0, 0.5, 640 * ms},
		{8, 10 * ms, time.Second, 0, 0.5, time.Second},
		{1 << 30, 10 * ms, time.Second, 0, 0.5, time.Second},
		{1000, 0, time.Second, 0.5, 0.5, 0},
		{2, 10 * ms, time.Second, 0.5, 0.5, 25 * ms},
		{2, 10 * ms, time.Second, -1, 0.5, 20 * ms},
		{3, math.MaxInt64 / 2, math.MaxInt64, 0, 0, math.MaxInt64},
		{3, math.MaxInt64 / 2, math.MaxInt64, 1, 0.9, math.MaxInt64},
	} {
		assert.Equal(t, test.want, After(test.n, test.least, test.most, test.jitter, test.random), "%+v", test)
	}
}
