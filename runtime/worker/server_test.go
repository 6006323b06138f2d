package worker

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors/protocol"
)

func TestHelloComesFirst(t *testing.T) {
	p := serve(t, echo)
	p.send(task(1, "early"))
	hello := protocol.Message{Kind: protocol.Hello, Incarnation: self, Payload: []byte("\x00\x01go")}
	assert.Equal(t, hello, p.next())
	assert.Equal(t, result(1, "early"), p.next())
}

func TestTasksAreAnsweredInOrder(t *testing.T) {
	p := serve(t, echo)
	p.hello()
	tasks := []protocol.Message{task(1, "one"), task(2, ""), task(3, "three"), task(1<<63, "last")}
	p.send(tasks...)
	for _, m := range tasks {
		assert.Equal(t, result(m.ID, string(m.Payload)), p.next())
	}
}

func TestHandlersErrorIsSentAsItsText(t *testing.T) {
	p := serve(t, func(_ context.Context, payload []byte) ([]byte, error) {
		return []byte("dropped"), errors.New("no " + string(payload))
	})
	p.hello()
	p.send(task(1, "luck"))
	assert.Equal(t, failure(1, "no luck"), p.next())
}

// The handler may keep and change its payload: the wire's buffer is read into
// again while it runs.
func TestPayloadBelongsToTheHandler(t *testing.T) {
	var kept [][]byte
	p := serve(t, func(_ context.Context, payload []byte) ([]byte, error) {
		kept = append(kept, payload)
		return nil, nil
	})
	p.hello()
	var want [][]byte
	for id := range uint64(20) {
		text := strings.Repeat(string(rune('a'+id)), 2000)
		want = append(want, []byte(text))
		p.send(task(id, text))
		require.Equal(t, result(id, ""), p.next())
	}
	p.send(shutdown())
	require.NoError(t, p.end())
	assert.Equal(t, want, kept)
}

func TestAnswerOverTheLimitBecomesAnError(t *testing.T) {
	big := strings.Repeat("x", protocol.DefaultLimitBytes)
	p := serve(t, func(_ context.Context, payload []byte) ([]byte, error) {
		switch string(payload) {
		case "answer":
			return []byte(big), nil
		case "error":
			return nil, errors.New(big)
		}
		return payload, nil
	})
	p.hello()
	p.send(task(1, "small"), task(2, "answer"), task(3, "error"), task(4, "small"))
	const text = "answer not sent: codec: too large: 4194318 bytes, limit 4194304"
	assert.Equal(t, result(1, "small"), p.next())
	assert.Equal(t, failure(2, text), p.next())
	assert.Equal(t, failure(3, text), p.next())
	assert.Equal(t, result(4, "small"), p.next())
}

func TestLargeAnswerOfJustTheLimitIsSent(t *testing.T) {
	answer := strings.Repeat("x", protocol.DefaultLimitBytes-14) // a body begins with 14 bytes
	p := serve(t, func(context.Context, []byte) ([]byte, error) { return []byte(answer), nil })
	p.hello()
	p.send(task(1, ""))
	assert.Equal(t, result(1, answer), p.next())
}

func TestShutdownFinishesWhatWasReceived(t *testing.T) {
	p := serve(t, echo)
	p.hello()
	p.send(task(1, "a"), task(2, "b"), shutdown())
	assert.Equal(t, result(1, "a"), p.next())
	assert.Equal(t, result(2, "b"), p.next())
	assert.NoError(t, p.end())
}

func TestShutdownDuringATaskFinishesIt(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	p.send(task(1, "a"), task(2, "b"))
	p.begins(g, "a")
	p.send(shutdown())
	p.ping(1)
	g.open <- struct{}{}
	p.begins(g, "b")
	g.open <- struct{}{}
	assert.Equal(t, result(1, "a"), p.next())
	assert.Equal(t, result(2, "b"), p.next())
	assert.NoError(t, p.end())
}

func TestEndOfTheWireIsTheEndOfThePool(t *testing.T) {
	t.Run("while it waits", func(t *testing.T) {
		p := serve(t, echo)
		p.hello()
		p.w.Close()
		assert.ErrorIs(t, p.end(), ErrPoolGone)
	})
	t.Run("while a task runs and another waits", func(t *testing.T) {
		ended := make(chan error, 2) // more than the one that comes
		p := serve(t, func(ctx context.Context, _ []byte) ([]byte, error) {
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, ctx.Err()
		})
		p.hello()
		p.send(task(1, "runs"), task(2, "waits"))
		p.ping(1)
		p.w.Close()
		assert.ErrorIs(t, p.end(), ErrPoolGone)
		assert.Equal(t, context.Canceled, receive(t, ended))
		assert.Empty(t, ended, "the task that waited was begun")
	})
	t.Run("within a frame", func(t *testing.T) {
		p := serve(t, echo)
		p.hello()
		_, err := p.w.Write([]byte{0, 0, 0, 99, 2})
		require.NoError(t, err)
		p.w.Close()
		assert.ErrorIs(t, p.end(), ErrPoolGone)
	})
}

func TestWhatAParentMustNotSendEndsTheWorker(t *testing.T) {
	for _, kind := range []protocol.Kind{protocol.Hello, protocol.Result, protocol.Error, protocol.Pong} {
		t.Run(kind.String(), func(t *testing.T) {
			p := serve(t, echo)
			p.hello()
			p.send(protocol.Message{Kind: kind, ID: 1})
			assert.EqualError(t, p.end(), "worker: unexpected "+kind.String())
		})
	}
	t.Run("garbage", func(t *testing.T) {
		p := serve(t, echo)
		p.hello()
		_, err := p.w.Write([]byte("\x00\x00\x00\x10GET / HTTP/1.1\r\n"))
		require.NoError(t, err)
		assert.ErrorIs(t, p.end(), protocol.ErrProtocol)
	})
}

func TestErrorsOfTheWire(t *testing.T) {
	t.Run("read", func(t *testing.T) {
		in, w, err := os.Pipe()
		require.NoError(t, err)
		defer w.Close()
		in.Close()
		s := newServer(echo, "", in, io.Discard, protocol.Link{Incarnation: self})
		assert.EqualError(t, s.serve(), "worker: read: read |0: file already closed")
	})
	t.Run("write", func(t *testing.T) {
		in, w, err := os.Pipe()
		require.NoError(t, err)
		defer in.Close()
		defer w.Close()
		s := newServer(echo, "", in, brokenPipe{}, protocol.Link{Incarnation: self})
		require.Equal(t, io.ErrClosedPipe, s.hello())
		encoder, _ := protocol.Wire{}.Open()
		m := task(1, "x")
		frame, err := encoder.Encode(nil, &m)
		require.NoError(t, err)
		_, err = w.Write(frame)
		require.NoError(t, err)
		err = s.serve()
		assert.EqualError(t, err, "worker: write: io: read/write on closed pipe")
		assert.ErrorIs(t, err, io.ErrClosedPipe)
	})
}

func TestMemoryOfALargeAnswerIsNotKept(t *testing.T) {
	var w writer
	w.w = io.Discard
	w.encoder, _ = protocol.Wire{}.Open()
	require.NoError(t, w.send(&protocol.Message{Kind: protocol.Result, Payload: make([]byte, 2*keepBytes)}, true))
	assert.Zero(t, cap(w.buf))
	require.NoError(t, w.send(&protocol.Message{Kind: protocol.Result, Payload: make([]byte, 100)}, true))
	assert.NotZero(t, cap(w.buf))
}
