package worker

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors/protocol"
)

// serveStream starts a server with this handler, over two pipes and a bell.
func serveStream(t *testing.T, handle StreamHandler) *parent {
	t.Helper()
	p := serveBy(t, newRinger(t), func(in io.ReadCloser, out io.Writer) *server {
		s := newServer(nil, "hash", in, out, protocol.Link{Incarnation: self})
		s.handleStream = handle
		return s
	})
	require.Equal(t, protocol.Hello, p.next().Kind)
	return p
}

func (p *parent) say(kind protocol.Kind, id uint64, payload string) {
	p.send(protocol.Message{Kind: kind, ID: id, Streamed: kind == protocol.Task, Payload: []byte(payload)})
}

func (p *parent) credit(id uint64, bytes int) {
	p.say(protocol.Credit, id, string(protocol.CreditPayload(bytes)))
}

// hears asserts what comes next.
func (p *parent) hears(kind protocol.Kind, id uint64, payload string) {
	p.t.Helper()
	m := p.next()
	assert.Equal(p.t, []any{kind, id, payload}, []any{m.Kind, m.ID, string(m.Payload)})
}

var firstCredit = string(protocol.CreditPayload(protocol.StreamWindowBytes))

func TestStreamWaitsForCredit(t *testing.T) {
	p := serveStream(t, func(_ context.Context, s *Stream) ([]byte, error) {
		for _, piece := range []string{"a", "b", "c"} {
			if err := s.Send([]byte(piece)); err != nil {
				return nil, err
			}
		}
		return []byte("done"), s.Progress([]byte("all"))
	})
	p.say(protocol.Task, 1, "")
	p.hears(protocol.Credit, 1, firstCredit)
	// A ping goes on while the handler waits.
	p.say(protocol.Ping, 9, "")
	p.hears(protocol.Pong, 9, "")
	p.credit(1, 1) // is used up, and overdrawn, by the first
	p.hears(protocol.Piece, 1, "a")
	p.credit(1, protocol.Cost(1)) // leaves one byte
	p.hears(protocol.Piece, 1, "b")
	p.credit(1, 1000)
	p.hears(protocol.Piece, 1, "c")
	p.hears(protocol.Progress, 1, "all")
	p.hears(protocol.Result, 1, "done")
}

func TestStreamGivesCreditForWhatIsConsumed(t *testing.T) {
	const piece = 64 << 10
	next := make(chan struct{})
	p := serveStream(t, func(_ context.Context, s *Stream) ([]byte, error) {
		for range next {
			if _, err := s.Recv(); err != nil {
				return nil, err
			}
		}
		_, err := s.Recv()
		return []byte(s.Payload()), err
	})
	p.say(protocol.Task, 1, "payload")
	p.hears(protocol.Credit, 1, firstCredit)
	for range 2 {
		next <- struct{}{} // it reads: a piece with its header is more than a pipe holds
		p.say(protocol.Piece, 1, string(make([]byte, piece)))
	}
	p.hears(protocol.Credit, 1, string(protocol.CreditPayload(2*protocol.Cost(piece))))
	close(next)
	p.say(protocol.End, 1, "")
	p.hears(protocol.Error, 1, io.EOF.Error())
	// What crossed the answer is ignored, and the worker goes on.
	p.say(protocol.Piece, 1, "late")
	p.credit(1, 1)
	p.say(protocol.Task, 2, "")
	p.hears(protocol.Credit, 2, firstCredit)
}

// Both ways at once, on goroutines of the handler's own, and behind a task that
// takes its time.
func TestStreamOfSeveralGoroutines(t *testing.T) {
	p := serveStream(t, func(_ context.Context, s *Stream) ([]byte, error) {
		var both sync.WaitGroup
		var sent, read error
		both.Go(func() { _, read = io.Copy(io.Discard, s) })
		both.Go(func() {
			for range 3 {
				sent = errors.Join(sent, s.Send([]byte("x")))
			}
		})
		both.Wait()
		return nil, errors.Join(sent, read)
	})
	for id := uint64(1); id <= 3; id++ {
		p.say(protocol.Task, id, "")
		p.credit(id, 1000) // also of those that wait
	}
	for id := uint64(1); id <= 3; id++ {
		p.hears(protocol.Credit, id, firstCredit)
		for range 3 {
			p.hears(protocol.Piece, id, "x")
		}
		p.say(protocol.Piece, id, "input")
		p.say(protocol.End, id, "")
		p.hears(protocol.Result, id, "")
	}
}

func TestStreamThatIsCancelled(t *testing.T) {
	for name, wait := range map[string]func(*Stream) error{
		"waits for input": func(s *Stream) error { _, err := s.Recv(); return err },
		"waits for room":  func(s *Stream) error { return s.Send(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			p := serveStream(t, func(ctx context.Context, s *Stream) ([]byte, error) {
				err := wait(s)
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, ctx.Err(), context.Canceled)
				return nil, err
			})
			p.say(protocol.Task, 1, "")
			p.hears(protocol.Credit, 1, firstCredit)
			p.send(protocol.Message{Kind: protocol.Cancel, ID: 1})
			p.hears(protocol.Error, 1, context.Canceled.Error())
		})
	}
}

func TestStreamWhosePoolIsGone(t *testing.T) {
	p := serveStream(t, func(_ context.Context, s *Stream) ([]byte, error) {
		_, err := s.Recv()
		return nil, err
	})
	p.say(protocol.Task, 1, "")
	p.hears(protocol.Credit, 1, firstCredit)
	require.NoError(t, p.w.Close())
	assert.ErrorIs(t, <-p.served, ErrPoolGone)
}

func TestTypedHandler(t *testing.T) {
	half := Handle(func(_ context.Context, n int) (float64, error) {
		if n == 0 {
			return 0, errors.New("nothing")
		}
		return float64(n) / 2, nil
	})
	for payload, want := range map[string]string{
		"3":   "1.5",
		"0":   "nothing",
		`"a"`: "decode int: json: cannot unmarshal string into Go value of type int",
	} {
		got, err := half(t.Context(), []byte(payload))
		if err != nil {
			got = []byte(err.Error())
		}
		assert.Equal(t, want, string(got))
	}
	_, err := Handle(func(context.Context, int) (func(), error) { return func() {}, nil })(t.Context(), []byte("1"))
	var bad *CodecError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, "encode", bad.Op)
}

// A goroutine that the handler has left behind says nothing of a task that is
// answered: the pool would take that for a broken wire.
func TestStreamSaysNothingBehindItsAnswer(t *testing.T) {
	left := make(chan *Stream, 1)
	p := serveStream(t, func(_ context.Context, s *Stream) ([]byte, error) {
		left <- s
		return []byte("done"), nil
	})
	p.say(protocol.Task, 1, "")
	p.hears(protocol.Credit, 1, firstCredit)
	p.credit(1, 1000)
	p.hears(protocol.Result, 1, "done")
	s := <-left
	assert.ErrorIs(t, s.Progress([]byte("late")), context.Canceled)
	assert.ErrorIs(t, s.Send([]byte("late")), context.Canceled)
	p.say(protocol.Ping, 9, "")
	p.hears(protocol.Pong, 9, "")
}
