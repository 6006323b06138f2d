package tree

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMarks(t *testing.T) {
	outer := extendMark("", "1-2-3", 7)
	inner := extendMark(outer, "1-20-30", 5)
	assert.Equal(t, "/1-2-3/7", outer)
	assert.Equal(t, "/1-2-3/7/1-20-30/5", inner)
	assert.Equal(t, []string{"1-2-3", "1-20-30"}, ownersIn(inner))
	assert.Empty(t, ownersIn(""))
	assert.Empty(t, ownersIn("junk"))
	for _, test := range []struct {
		name, mark, owner string
		tree              uint64
		ok                bool
	}{
		{"own", outer, "1-2-3", 7, true},
		{"a tree within", inner, "1-2-3", 7, true},
		{"the inner owner's", inner, "1-20-30", 5, true},
		{"the inner owner sees nothing of the outer tree", outer, "1-20-30", 0, false},
		{"an owner whose name begins the same", outer, "1-2", 0, false},
		{"none", "", "1-2-3", 0, false},
		{"no number", "/1-2-3/x", "1-2-3", 0, false},
		{"cut short", "/1-2-3", "1-2-3", 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree, ok := treeIn(test.mark, test.owner)
			assert.Equal(t, test.ok, ok)
			assert.Equal(t, test.tree, tree)
		})
	}
}
