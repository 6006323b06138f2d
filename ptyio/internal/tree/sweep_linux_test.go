package tree

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// While one pass is made, those that come wait together for the next.
func TestSweepsAreSharedByThoseWhoWait(t *testing.T) {
	var (
		s       sweeps
		begun   = make(chan int)
		proceed = make(chan struct{})
		group   sync.WaitGroup
	)
	pass := func(batch []*sweep) {
		begun <- len(batch)
		<-proceed
		for _, one := range batch {
			one.survivors = []int{int(one.number)}
		}
	}
	clear := func(number uint64) {
		group.Go(func() { assert.Equal(t, []int{int(number)}, s.clear(&sweep{number: number}, pass)) })
	}
	clear(1)
	assert.Equal(t, 1, <-begun)
	for number := range uint64(9) {
		clear(number + 2)
	}
	for waiting := 0; waiting < 9; {
		s.mu.Lock()
		waiting = len(s.waiting)
		s.mu.Unlock()
	}
	proceed <- struct{}{}
	assert.Equal(t, 9, <-begun, "nine with one pass")
	proceed <- struct{}{}
	group.Wait()
	assert.False(t, s.busy)
	assert.Empty(t, s.waiting)
	clear(20)
	assert.Equal(t, 1, <-begun)
	proceed <- struct{}{}
	group.Wait()
}

// Trees get their numbers before their children are forked, so that the order of
// the ids can be another one.
func TestOldestIsWhoHasHadItsIDLongest(t *testing.T) {
	batch := []*sweep{{number: 1, pid: 103, recent: true}, {number: 2, pid: 100, recent: true}}
	assert.Equal(t, 100, oldest(batch, 110, 1000))
	assert.Equal(t, 103, oldest(batch, 102, 1000), "the ids have begun anew since it")
	assert.Equal(t, 998, oldest([]*sweep{{pid: 998, recent: true}, {pid: 3, recent: true}}, 5, 1000))
	assert.Zero(t, oldest(append(batch, &sweep{pid: 50}), 110, 1000), "one of them is old")
}
