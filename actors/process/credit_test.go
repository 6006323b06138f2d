package process

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

func TestCreditBoundsWhatIsRead(t *testing.T) {
	c := newCredit(100)
	assert.Equal(t, 60, c.wait(60), "no more than asked for")
	c.take(60, false)
	assert.Equal(t, 40, c.wait(60), "no more than there is")
	c.take(40, false)
	assert.True(t, c.exhausted())
	c.give(10)
	assert.False(t, c.exhausted())
	assert.Equal(t, 10, c.wait(60))
}

func TestReaderWithoutCreditWaits(t *testing.T) {
	for name, c := range map[string]struct {
		release func(*credit)
		want    int
	}{
		"for an acknowledgement":       {func(c *credit) { c.give(5) }, 5},
		"until the consumer has ended": {func(c *credit) { c.open() }, 60},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				credit := newCredit(10)
				credit.take(10, false)
				got := make(chan int, 1) // so that the reader ends
				go func() { got <- credit.wait(60) }()
				synctest.Wait()
				assert.Empty(t, got, "it did not wait")
				c.release(credit)
				synctest.Wait()
				assert.Equal(t, c.want, <-got)
			})
		})
	}
}

func TestOpenCreditHasNoBound(t *testing.T) {
	c := newCredit(10)
	c.open()
	c.take(1000, false)
	assert.Equal(t, 60, c.wait(60))
	assert.False(t, c.exhausted())
}
