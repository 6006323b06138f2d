package process

import "sync"

// credit is how many bytes a reader may still deliver before its consumer has
// acknowledged some. Safe for concurrent use.
type credit struct {
	mu     sync.Mutex
	more   sync.Cond
	left   int
	opened bool
}

func newCredit(window int) *credit {
	c := &credit{left: window}
	c.more.L = &c.mu
	return c
}

// wait blocks until there is credit and returns how much, at most limit.
func (c *credit) wait(limit int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.left <= 0 && !c.opened {
		c.more.Wait()
	}
	if c.opened {
		return limit
	}
	return min(c.left, limit)
}

// take uses up n bytes, or with atMost as many of them as there is credit for,
// and returns how many.
func (c *credit) take(n int, atMost bool) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if atMost && !c.opened {
		n = max(0, min(n, c.left))
	}
	c.left -= n
	return n
}

// give returns n bytes that were consumed.
func (c *credit) give(n int) {
	c.mu.Lock()
	c.left += n
	c.mu.Unlock()
	c.more.Signal()
}

// exhausted reports whether the reader has to wait for its consumer.
func (c *credit) exhausted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.left <= 0 && !c.opened
}

// open lifts the bound: nobody consumes any more.
func (c *credit) open() {
	c.mu.Lock()
	c.opened = true
	c.mu.Unlock()
	c.more.Signal()
}
