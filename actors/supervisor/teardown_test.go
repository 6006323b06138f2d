package supervisor

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/tests/transcript"
)

func TestTeardownTranscripts(t *testing.T) {
	transcript.Replay(t, "teardown", func(t *testing.T) func(string) []string {
		var tear teardown
		var dead []int
		alive := func(child int) bool { return !slices.Contains(dead, child) }
		return func(line string) []string {
			words, values := transcript.Fields(line)
			switch words[0] {
			case "begin":
				tear = teardown{grace: duration(t, values["grace"])}
				for _, text := range strings.Split(values["graces"], ",") {
					tear.graces = append(tear.graces, duration(t, text))
				}
				tear.left = len(tear.graces)
				return say(tear.next(alive))
			case "dead":
				child, err := strconv.Atoi(words[1])
				require.NoError(t, err)
				dead = append(dead, child)
				return nil
			case "ended":
				return say(tear.next(alive))
			case "answered":
				return say(tear.answered())
			case "late":
				return say(tear.late())
			case "hurry":
				return say(tear.hurry(duration(t, values["grace"])))
			}
			require.Fail(t, "unknown event", line)
			return nil
		}
	})
}

// say puts an order into words.
func say(o order) []string {
	switch o.step {
	case ask:
		return []string{fmt.Sprintf("ask child %d, grace %s, wait %s", o.child, o.grace, o.within)}
	case end:
		return []string{fmt.Sprintf("stop the actor of child %d, wait %s", o.child, o.within)}
	case abandon:
		return []string{fmt.Sprintf("leave child %d behind", o.child)}
	case done:
		return []string{"done"}
	}
	return []string{"nothing"}
}

func TestTeardownAwaitsOneChildAtATime(t *testing.T) {
	tear := teardown{graces: make([]time.Duration, 3), left: 3}
	awaited := func() (all []int) {
		for child := range 3 {
			if tear.awaits(child) {
				all = append(all, child)
			}
		}
		return all
	}
	all := func(int) bool { return true }
	assert.Empty(t, awaited(), "before it begins")
	for child := 2; child >= 0; child-- {
		tear.next(all)
		assert.Equal(t, []int{child}, awaited(), "asked")
		tear.late()
		assert.Equal(t, []int{child}, awaited(), "its actor is stopped")
		tear.late()
		assert.Equal(t, []int{child}, awaited(), "left behind")
	}
	tear.next(all)
	assert.Empty(t, awaited(), "when it is done")
}

func TestPatience(t *testing.T) {
	assert.Equal(t, 45*time.Second, patience(0))
	assert.Equal(t, 15*time.Second, patience(-time.Hour))
	assert.Equal(t, 16*time.Second, patience(time.Second))
	assert.Equal(t, time.Duration(math.MaxInt64), patience(math.MaxInt64))
}
