package turns

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/tests/leak"
	"brood/tests/load"
)

// envRole makes the test binary a contestant.
const envRole = "TURNS_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(envRole) {
	case "echo":
		open := func(workers, queue int) (load.Pool, error) {
			if workers == 0 {
				return nil, errors.New("no workers")
			}
			return full{}, nil
		}
		if err := Serve(open, os.Stdin, os.Stdout); err != nil {
			panic(err)
		}
		os.Exit(0)
	case "mute":
		os.Exit(3)
	}
	os.Exit(leak.Run(m))
}

// plain is a pool without children; full can do all that there is.
type plain struct{}

func (plain) Submit(_ context.Context, payload []byte) ([]byte, error) { return payload, nil }
func (plain) Close() error                                             { return nil }

type full struct{ plain }

func (full) SubmitBatch(context.Context, [][]byte) error { return nil }
func (full) Recover() (time.Duration, error)             { return 7 * time.Millisecond, nil }

func start(t *testing.T, role string) *Contestant {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envRole+"="+role)
	c, err := Start(cmd)
	require.NoError(t, err)
	return c
}

func TestConversation(t *testing.T) {
	c := start(t, "echo")
	var refused *RefusedError
	_, err := c.Ask(Request{Op: Load})
	assert.ErrorAs(t, err, &refused)
	_, err = c.Ask(Request{Op: Open})
	assert.EqualError(t, err, "no workers")
	_, err = c.Ask(Request{Op: Open, Workers: 2})
	require.NoError(t, err)
	for _, r := range []Request{
		{Op: Load, Callers: 3, Seconds: 0.001},
		{Op: Batch, Callers: 5, Seconds: 0.001},
	} {
		answer, err := c.Ask(r)
		assert.NoError(t, err)
		assert.Positive(t, answer.Rate(), r.Op)
	}
	answer, err := c.Ask(Request{Op: Latency, Seconds: 0.001})
	assert.NoError(t, err)
	assert.Positive(t, answer.P99)
	answer, err = c.Ask(Request{Op: Recover})
	assert.NoError(t, err)
	assert.Equal(t, Answer{Seconds: 0.007}, answer)
	_, err = c.Ask(Request{Op: "dance"})
	assert.EqualError(t, err, "asked for dance")
	assert.NoError(t, c.Close())
}

func TestAProgramThatEndsIsNoRefusal(t *testing.T) {
	c := start(t, "mute")
	_, err := c.Ask(Request{Op: Open, Workers: 1})
	require.Error(t, err)
	var refused *RefusedError
	assert.False(t, errors.As(err, &refused))
	assert.Error(t, c.Close())
}

func TestWhatAPoolCannotDoIsSaid(t *testing.T) {
	var out strings.Builder
	open := func(int, int) (load.Pool, error) { return plain{}, nil }
	in := `{"op":"open","workers":1}{"op":"batch","callers":1}{"op":"recover"}`
	require.NoError(t, Serve(open, strings.NewReader(in), &out))
	assert.Equal(t, `{}`+"\n"+`{"error":"has no batch call"}`+"\n"+`{"error":"does not replace a worker"}`+"\n", out.String())
}
