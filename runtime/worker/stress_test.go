package worker

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors/protocol"
)

// Tasks quick and slow, cancels and pings in any mixture: each task is answered
// once, each ping too, and nothing waits for what is sent after it.
func TestEveryTaskIsAnsweredOnceInAnyMixture(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := serve(t, func(ctx context.Context, payload []byte) ([]byte, error) {
				if payload[0] == 0 {
					return payload, nil
				}
				timer := time.NewTimer(time.Duration(payload[0]) * shortestPause / 16)
				defer timer.Stop()
				select {
				case <-ctx.Done():
					return nil, ctx.Err()
				case <-timer.C:
					return payload, nil
				}
			})
			p.hello()
			mix(t, p, rand.New(rand.NewPCG(seed, 1)))
			p.send(shutdown())
			assert.NoError(t, p.end())
		})
	}
}

// mix sends rounds of a few messages; after each it waits for all answers, so
// that the server goes through all its states.
func mix(t *testing.T, p *parent, random *rand.Rand) {
	id := uint64(0)
	for range 60 {
		want := map[string]int{}
		for range 1 + random.IntN(3) { // writes
			var batch []protocol.Message
			for range 1 + random.IntN(6) {
				id++
				switch random.IntN(6) {
				case 0:
					batch = append(batch, protocol.Message{Kind: protocol.Ping, ID: id})
					want[fmt.Sprintf("pong %d", id)]++
				case 1:
					batch = append(batch, cancel(id-uint64(random.IntN(3))))
				default:
					var duration byte
					if random.IntN(3) == 0 {
						duration = byte(random.IntN(80))
					}
					batch = append(batch, task(id, string(duration)))
					want[fmt.Sprintf("answer %d", id)]++
				}
			}
			p.send(batch...)
		}
		got := map[string]int{}
		for range want {
			m := p.next()
			kind := "pong"
			if m.Kind != protocol.Pong {
				kind = "answer"
			}
			got[fmt.Sprintf("%s %d", kind, m.ID)]++
		}
		require.Equal(t, want, got)
	}
}
