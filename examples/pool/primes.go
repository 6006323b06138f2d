package main

import (
	"context"
	"strconv"
)

// workerName is what the program is called as a worker.
const workerName = "primes"

// primes is what a worker does with a task. It looks at ctx now and then: a
// worker that does not follow a cancel in time is killed and replaced.
func primes(ctx context.Context, payload []byte) ([]byte, error) {
	limit, err := strconv.Atoi(string(payload))
	if err != nil {
		return nil, err
	}
	count := 0
	for n := 2; n < limit; n++ {
		if n%1000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if isPrime(n) {
			count++
		}
	}
	return strconv.AppendInt(nil, int64(count), 10), nil
}

func isPrime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return true
}
