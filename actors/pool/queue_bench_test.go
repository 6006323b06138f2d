package pool

import (
	"fmt"
	"testing"
	"time"

	"brood/actors"
	"brood/actors/process"
)

// BenchmarkQueue is what a task pays for the order: one comes and one goes while
// others wait.
func BenchmarkQueue(b *testing.B) {
	for _, test := range []struct {
		name             string
		order            Order
		keys, priorities int
	}{
		{"fifo", Order{}, 1, 1},
		{"priorities=5", Order{}, 1, 5},
		{"priorities=5,ageing", Order{Ageing: time.Second}, 1, 5},
		{"fair,keys=50", Order{Fair: true}, 50, 1},
		{"keylimit,keys=50", Order{KeyLimit: 1}, 50, 1},
		{"fair,keylimit,ageing,keys=50,priorities=5", Order{Fair: true, KeyLimit: 1, Ageing: time.Second}, 50, 5},
		{"fair,every key another", Order{Fair: true}, 1 << 20, 1},
	} {
		for _, waiting := range []int{64, 100_000} {
			b.Run(fmt.Sprintf("%s/waiting=%d", test.name, waiting), func(b *testing.B) {
				start := time.Now()
				q := newQueue(test.order, room{tasks: 1 << 20}, func() time.Duration { return time.Since(start) })
				names := make([]string, test.keys)
				for i := range names {
					names[i] = fmt.Sprint(i)
				}
				next := 0
				fill := func(call *process.Call) {
					call.Task = actors.Task{Key: names[next%test.keys], Priority: next % test.priorities}
					next++
					q.pushBack(call)
				}
				calls := make([]process.Call, waiting)
				for i := range calls {
					fill(&calls[i])
				}
				ended := make([]*process.Call, 1)
				b.ReportAllocs()
				b.ResetTimer()
				for range b.N {
					call := q.first()
					q.handed(call, 0)
					if test.order.KeyLimit > 0 {
						ended[0] = call
						q.keys.back(0, ended)
					}
					fill(call)
				}
			})
		}
	}
}
