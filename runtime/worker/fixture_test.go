package worker

import (
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors/protocol"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// self is the incarnation of the servers under test.
const self = 7

// parent is the pool's side of a server that runs in this process.
type parent struct {
	t       *testing.T
	encoder protocol.Encoder
	w       poolEnd  // the server reads it
	r       *os.File // the server writes it
	mark    *os.File // of a child
	frames  chan protocol.Message
	served  chan error
}

// poolEnd is the pool's end of what a server reads, with the bell, which goes with it.
type poolEnd struct {
	*os.File
	bell *ringer
}

func (e poolEnd) Close() error {
	e.bell.close()
	return e.File.Close()
}

// serve starts a server with this handler, over two pipes and a bell.
func serve(t *testing.T, handle Handler) *parent {
	t.Helper()
	return serveBy(t, newRinger(t), func(in io.ReadCloser, out io.Writer) *server {
		return newServer(handle, "hash", in, out, protocol.Link{Incarnation: self})
	})
}

// serveBy starts the server that make makes.
func serveBy(t *testing.T, bell *ringer, make func(in io.ReadCloser, out io.Writer) *server) *parent {
	t.Helper()
	in, w, err := os.Pipe()
	require.NoError(t, err)
	r, out, err := os.Pipe()
	require.NoError(t, err)
	p := newParent(t, r, w)
	p.w.bell = bell
	s := make(in, out)
	if bell != nil {
		s.bell = bell.child()
	}
	go func() {
		defer close(p.served)
		defer out.Close()
		err := s.hello()
		if err == nil {
			err = s.serve()
		}
		p.served <- err
	}()
	return p
}

// newParent reads frames from r until it ends.
func newParent(t *testing.T, r, w *os.File) *parent {
	t.Helper()
	encoder, decoder := protocol.Wire{}.Open()
	p := &parent{t: t, encoder: encoder, w: poolEnd{File: w}, r: r,
		frames: make(chan protocol.Message, 1<<12), // more than any test sends, so that the reader ends
		served: make(chan error, 1),                // the one that the server returns
	}
	go func() {
		defer close(p.frames)
		for {
			n, err := r.Read(decoder.Space(4096))
			decoder.Advance(n)
			for {
				var m protocol.Message
				ok, bad := decoder.Next(&m)
				if !assert.NoError(t, bad) || !ok {
					break
				}
				m.Payload = append([]byte{}, m.Payload...)
				p.frames <- m
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		p.w.Close()
		for range p.served { // until the server has let go of its end
		}
		r.Close()
		for range p.frames { // until the reader has ended
		}
	})
	return p
}

// send writes messages to the server, all in one write.
func (p *parent) send(messages ...protocol.Message) {
	p.t.Helper()
	var buf []byte
	for _, m := range messages {
		m.Incarnation = self
		var err error
		buf, err = p.encoder.Encode(buf, &m)
		require.NoError(p.t, err)
	}
	_, err := p.w.Write(buf)
	require.NoError(p.t, err)
	for _, m := range messages {
		if m.Kind == protocol.Cancel || m.Kind == protocol.Revoke || m.Kind == protocol.Ping {
			p.w.bell.ring()
		}
	}
}

// next returns the server's next frame.
func (p *parent) next() protocol.Message {
	p.t.Helper()
	select {
	case m, ok := <-p.frames:
		require.True(p.t, ok, "the server closed the wire")
		return m
	case <-time.After(patience):
		require.FailNow(p.t, "no frame came")
		return protocol.Message{}
	}
}

// hello takes the server's first frame.
func (p *parent) hello() {
	p.t.Helper()
	require.Equal(p.t, protocol.Hello, p.next().Kind)
}

// ping asks whether the wire is read, and waits for the answer.
func (p *parent) ping(id uint64) {
	p.t.Helper()
	p.send(protocol.Message{Kind: protocol.Ping, ID: id})
	require.Equal(p.t, pong(id), p.next())
}

// end waits until the server has returned.
func (p *parent) end() error {
	p.t.Helper()
	return receive(p.t, p.served)
}

// receive waits for something that must come.
func receive[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		var none T
		require.FailNow(t, "waited in vain")
		return none
	}
}

func task(id uint64, payload string) protocol.Message {
	return protocol.Message{Kind: protocol.Task, ID: id, Payload: []byte(payload)}
}

func cancel(id uint64) protocol.Message { return protocol.Message{Kind: protocol.Cancel, ID: id} }

func revoke(id uint64) protocol.Message { return protocol.Message{Kind: protocol.Revoke, ID: id} }

func revoked(id uint64) protocol.Message {
	return protocol.Message{Kind: protocol.Revoked, Incarnation: self, ID: id, Payload: []byte{}}
}

func shutdown() protocol.Message { return protocol.Message{Kind: protocol.Shutdown} }

func result(id uint64, payload string) protocol.Message {
	return protocol.Message{Kind: protocol.Result, Incarnation: self, ID: id, Payload: []byte(payload)}
}

func failure(id uint64, text string) protocol.Message {
	return protocol.Message{Kind: protocol.Error, Incarnation: self, ID: id, Payload: []byte(text)}
}

func pong(id uint64) protocol.Message {
	return protocol.Message{Kind: protocol.Pong, Incarnation: self, ID: id, Payload: []byte{}}
}

// echo is a handler.
func echo(_ context.Context, payload []byte) ([]byte, error) { return payload, nil }

// gate is a handler that a test steps through: it tells which task it begins,
// and answers it when the test lets it, or when its context ends.
type gate struct {
	begun chan string
	open  chan struct{}
}

func newGate() *gate {
	return &gate{begun: make(chan string), open: make(chan struct{})}
}

func (g *gate) handle(ctx context.Context, payload []byte) ([]byte, error) {
	select {
	case g.begun <- string(payload):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case <-g.open:
		return payload, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// begins waits until the handler has this task.
func (p *parent) begins(g *gate, payload string) {
	p.t.Helper()
	require.Equal(p.t, payload, receive(p.t, g.begun))
}

// brokenPipe is a wire's end that nothing can be written to.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
