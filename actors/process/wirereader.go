package process

import (
	"os"
	"sync"
	"time"

	"brood/actors/protocol"
	"brood/ptyio/nonblock"
)

// What the reader of the wire asks for at once: little at first, since most wires
// are idle, and twice as much as long as that is filled, up to what a pipe holds.
const (
	wireBytes     = 16 << 10
	wireMostBytes = 64 << 10
)

// wire is an incarnation's side of the protocol's two pipes.
type wire struct {
	encoder protocol.Encoder
	decoder protocol.Decoder
	decoded protocol.Message // the reader's
	slab    protocol.Slab    // the reader's

	toChild, fromChild *os.File       // behind run.mu until the process runs
	mark, bell         *os.File       // likewise; nil: there is none
	in                 *nonblock.File // fromChild, for the reader

	// The actor's.
	out     outlet
	sending protocol.Message // a place for what is being encoded
	toRing  int              // how often the bell is to be rung
	unheard int              // of these, what it had no room for the last time
	deaf    bool             // nobody listens to it
	broken  bool             // it can not be written any more, and the machine knows
	marks   bool             // the child said that it marks
	last    protocol.Mark    // when the process had ended
	pace    time.Duration    // that the child told, as of the time looked
	looked  time.Time
}

// open is called when the process runs.
func (w *wire) open() {
	w.in = nonblock.Of(w.fromChild)
	w.out.w = w.toChild
	if nonblock.Supported {
		w.out.try = nonblock.Of(w.toChild).TryWrite
	}
}

// readWire posts the frames that the child sends, one message per read.
func (r *run) readWire() {
	end := &wireEnded{run: r}
	want := wireBytes
	look := newEager()
	for {
		n, err := 0, error(nil)
		space := r.wire.decoder.Space(want)
		if look.worth(r.spec.Load.Load()) {
			n, err = look.look(r.wire.in, space)
		}
		if n == 0 && err == nil {
			n, err = r.wire.in.Read(space)
		}
		r.wire.decoder.Advance(n)
		if n == len(space) && want < wireMostBytes {
			want *= 2
		}
		message, bad := r.decode()
		if len(message.messages) > 0 {
			r.post(message)
		}
		if bad != nil {
			end.err, end.fault = bad, true
			break
		}
		if err != nil {
			end.err = r.wire.decoder.Finish()
			break
		}
	}
	r.post(end)
}

// repliesPool keeps the messages of readWire, which are many and short-lived.
var repliesPool = sync.Pool{New: func() any { return new(replies) }}

// free gives the message back. The payloads in it have owners of their own.
func (r *replies) free() {
	clear(r.messages)
	r.run, r.messages = nil, r.messages[:0]
	repliesPool.Put(r)
}

// decode takes all whole frames and gives their payloads memory of their own:
// the decoder's buffer is read into again.
func (r *run) decode() (*replies, error) {
	message := repliesPool.Get().(*replies)
	message.run = r
	for {
		ok, err := r.wire.decoder.Next(&r.wire.decoded)
		if !ok || err != nil {
			return message, err
		}
		m := r.wire.decoded
		m.Payload = r.wire.slab.Copy(m.Payload)
		message.messages = append(message.messages, m)
	}
}
