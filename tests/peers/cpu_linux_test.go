package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestParseStat(t *testing.T) {
	parent, cpu, ok := parseStat([]byte("7 (a ) (b) S 42 7 7 0 -1 0 1 2 3 4 150 25 9 9 20 0 1 0 5"))
	assert.True(t, ok)
	assert.Equal(t, 42, parent)
	assert.Equal(t, 1750*time.Millisecond, cpu)
	for _, bad := range []string{"", "7 (a", "7 (a) S 42", "7 (a) S x 7 7 0 -1 0 1 2 3 4 150 25"} {
		_, _, ok := parseStat([]byte(bad))
		assert.False(t, ok, bad)
	}
}

func TestTreeCPUGrows(t *testing.T) {
	before := treeCPU(os.Getpid())
	for treeCPU(os.Getpid()) == before { // which takes processor time
	}
	assert.Zero(t, treeCPU(1<<30), "there is no such process")
}
