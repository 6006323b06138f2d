package leak

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMarkCoversItselfAndWhatExtendsIt(t *testing.T) {
	for _, test := range []struct {
		name, run, value string
		want             bool
	}{
		{"itself", "a", "a", true},
		{"inner run", "a", "a/b", true},
		{"inner run of an inner run", "a", "a/b/c", true},
		{"outer run", "a/b", "a", false},
		{"sibling", "a/b", "a/c", false},
		{"longer name", "a", "ab", false},
		{"no mark in the process", "a", "", false},
		{"no run", "", "a", false},
		{"neither", "", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, covers(test.run, test.value))
		})
	}
}
