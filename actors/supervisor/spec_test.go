package supervisor

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func someProps() *actor.Props { return actor.PropsFromFunc(func(actor.Context) {}) }

func TestPropsNamesEveryFaultAtOnce(t *testing.T) {
	props, err := Props(Spec{
		Name:      "s",
		Strategy:  9,
		Intensity: -1,
		Period:    -time.Second,
		Backoff:   Backoff{Min: -1, Max: -2, Jitter: math.NaN(), ResetAfter: -3},
		Children: []Child{
			{ID: "a", Props: someProps()},
			{ID: ""},
			{ID: "a", Props: someProps(), Restart: 3},
			{ID: "a/b", Props: someProps()},
		},
		Subscribers: []*actor.PID{nil},
	})
	assert.Nil(t, props)
	const pattern = "does not match ^[A-Za-z0-9._-]{1,128}$"
	assert.EqualError(t, err, `supervisor: "s": `+strings.Join([]string{
		"unknown Strategy 9",
		"spec.Intensity is negative: -1",
		"spec.Period is negative: -1s",
		"spec.Backoff.Max is negative: -2ns",
		"spec.Backoff.ResetAfter is negative: -3ns",
		"spec.Backoff.Jitter is over 1: NaN",
		`spec.Children[1]: ID "" ` + pattern,
		"spec.Children[1]: Props is nil",
		"spec.Children[2]: unknown Restart 3",
		`spec.Children[2]: ID "a" is that of spec.Children[0]`,
		`spec.Children[3]: ID "a/b" ` + pattern,
		"spec.Subscribers[0] is nil",
	}, "; "))
	var all *multierror.Error
	require.ErrorAs(t, err, &all)
	assert.Len(t, all.Errors, 12)
}

func TestPropsAcceptsTheEdges(t *testing.T) {
	for name, spec := range map[string]Spec{
		"zero":           {},
		"longest id":     {Children: []Child{{ID: strings.Repeat("x", 128), Props: someProps()}}},
		"all characters": {Children: []Child{{ID: "AZaz09._-", Props: someProps()}}},
		"kill at once":   {Children: []Child{{ID: "a", Props: someProps(), Grace: -1}}},
		"backoff":        {Backoff: Backoff{Min: 1, Max: 1, Jitter: 1, ResetAfter: 1}},
		"min alone":      {Backoff: Backoff{Min: time.Hour}},
	} {
		props, err := Props(spec)
		assert.NoError(t, err, name)
		assert.NotNil(t, props, name)
	}
	for name, spec := range map[string]Spec{
		"too long":     {Children: []Child{{ID: strings.Repeat("x", 129), Props: someProps()}}},
		"newline":      {Children: []Child{{ID: "a\n", Props: someProps()}}},
		"min over max": {Backoff: Backoff{Min: 2, Max: 1}},
		"much jitter":  {Backoff: Backoff{Jitter: 1.1}},
	} {
		_, err := Props(spec)
		assert.Error(t, err, name)
	}
}

func TestPolicyDefaults(t *testing.T) {
	backoff := Backoff{}.withDefaults()
	for name, c := range map[string]struct{ given, want Policy }{
		"both zero":      {Policy{}, Policy{1, 5 * time.Second, backoff}},
		"period only":    {Policy{Period: time.Hour}, Policy{0, time.Hour, backoff}},
		"intensity only": {Policy{Intensity: 7}, Policy{7, 5 * time.Second, backoff}},
	} {
		assert.Equal(t, c.want, c.given.withDefaults(), name)
		assert.Equal(t, c.want, c.given.withDefaults().withDefaults(), "%s, twice", name)
	}
}

func TestWords(t *testing.T) {
	assert.Equal(t, "permanent transient temporary restart(3)",
		strings.Join([]string{Permanent.String(), Transient.String(), Temporary.String(), Restart(3).String()}, " "))
	assert.Equal(t, "one_for_one one_for_all rest_for_one simple_one_for_one strategy(4)",
		strings.Join([]string{OneForOne.String(), OneForAll.String(), RestForOne.String(), Dynamic.String(), Strategy(4).String()}, " "))
	assert.Equal(t, "never any_significant all_significant auto_shutdown(3)",
		strings.Join([]string{Never.String(), AnySignificant.String(), AllSignificant.String(), AutoShutdown(3).String()}, " "))
	assert.Equal(t, "stopped open state(7)", strings.Join([]string{StateStopped.String(), StateOpen.String(), State(7).String()}, " "))
	assert.Equal(t, "unknown end for good restart give up",
		strings.Join([]string{Action(0).String(), EndForGood.String(), RestartAfter.String(), GiveUp.String()}, " "))
}
