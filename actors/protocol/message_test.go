package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKinds(t *testing.T) {
	type kind struct {
		name      string
		fromChild bool
	}
	got := map[Kind]kind{}
	for k := range Kind(16) {
		got[k] = kind{k.String(), k.FromChild()}
	}
	assert.Equal(t, map[Kind]kind{
		0:  {"none", false},
		1:  {"hello", true},
		2:  {"task", false},
		3:  {"result", true},
		4:  {"error", true},
		5:  {"cancel", false},
		6:  {"ping", false},
		7:  {"pong", true},
		8:  {"shutdown", false},
		9:  {"revoke", false},
		10: {"revoked", true},
		11: {"piece", true},
		12: {"end", false},
		13: {"credit", true},
		14: {"progress", true},
		15: {"kind(15)", false},
	}, got)
}
