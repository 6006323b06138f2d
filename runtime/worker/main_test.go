package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"brood/tests/leak"
)

const envRole = "WORKER_TEST_ROLE"

// roles are what the test binary does as a child.
var roles = map[string]func(){
	"stubborn": func() {
		Exit(Serve(func(context.Context, []byte) ([]byte, error) { select {} }))
	},
	"computing": func() {
		Exit(Serve(func(ctx context.Context, payload []byte) ([]byte, error) {
			for string(payload) == "compute" && ctx.Err() == nil {
			}
			return payload, ctx.Err()
		}))
	},
	"panic": func() {
		Exit(Serve(func(context.Context, []byte) ([]byte, error) { panic("out of cheese") }))
	},
	"nil":   func() { Exit(nil) },
	"gone":  func() { Exit(fmt.Errorf("wrapped: %w", ErrPoolGone)) },
	"error": func() { Exit(errors.New("out of order")) },
}

func TestMain(m *testing.M) {
	if role := roles[os.Getenv(envRole)]; role != nil {
		role()
		os.Exit(0)
	}
	os.Exit(leak.Run(m))
}
