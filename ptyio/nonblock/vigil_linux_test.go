package nonblock

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// Of the calls that are made all the time, one in wakeEvery is an ordinary one, as is
// the first after a rest; and until then a timer is due at most two of those later.
func TestVigil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVigil()
		defer v.timer.Stop()
		due := 0
		for range 1000 {
			if v.due() {
				due++
			}
			time.Sleep(time.Millisecond)
		}
		assert.Equal(t, 20, due)
		assert.True(t, v.timer.Stop(), "it is set while calls are made")
		time.Sleep(time.Hour)
		assert.True(t, v.due())
		time.Sleep(2*wakeEvery - 1)
		assert.True(t, v.timer.Stop())
	})
}
