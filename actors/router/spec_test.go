package router

import (
	"testing"

	"github.com/hashicorp/go-multierror"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSpecListsEveryFault(t *testing.T) {
	_, err := Spec{
		Policy:     Scatter{Of: 2, Need: Quorum(3), By: Hedge{After: -1, Percent: 101, By: ConsistentHash{SpillPercent: -1}}},
		Members:    []Member{{Prefetch: -1}},
		WhenEmpty:  2,
		QueueLimit: -1,
	}.Props()
	var faults *multierror.Error
	require.ErrorAs(t, err, &faults)
	var texts []string
	for _, fault := range faults.Errors {
		texts = append(texts, fault.Error())
	}
	assert.Equal(t, []string{
		"router: Scatter.Need is more than Of",
		"router: Scatter.By asks several members itself",
		"router: Hedge.After is negative",
		"router: Hedge.Percent is not between 0 and 100",
		"router: ConsistentHash.SpillPercent is negative",
		"router: QueueLimit is -1, want at least 0",
		"router: WhenEmpty is 2, which has no meaning",
		"router: Members[0] has no PID",
		"router: Members[0].Prefetch is -1, want at least 0",
	}, texts)
}

func TestEveryPolicyIsASpecOfItsOwn(t *testing.T) {
	for _, policy := range append(policies, nil) {
		_, err := Spec{Policy: policy}.Props()
		assert.NoError(t, err, "%T", policy)
	}
}
