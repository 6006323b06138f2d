package process

import (
	"sync"

	"brood/actors"
	"brood/ptyio"
)

const (
	stdout = actors.Stdout
	stderr = actors.Stderr

	// readBytes is what a reader asks for at once.
	readBytes = 16 << 10
	// tailBytes is how much of the end of stderr is kept.
	tailBytes = 4 << 10
)

// readOutput delivers one of the child's outputs until it ends. It reads no
// more than its consumer has room for, so that a slow consumer blocks the
// child and not memory.
func (r *run) readOutput(stream Stream, out ptyio.Output) {
	buf := make([]byte, readBytes)
	keep := stream == stderr || r.conn.Stderr() == nil
	var tail []byte
	for {
		limit := len(buf)
		if c := r.credits[stream]; c != nil {
			limit = c.wait(limit)
		}
		n, err := out.Read(buf[:limit])
		if n > 0 {
			r.delivered.Add(uint64(n))
			r.consuming.Add(1)
			r.deliver(stream, buf[:n])
			r.consuming.Add(-1)
			if keep {
				tail = appendTail(tail, buf[:n])
			}
		}
		if err != nil {
			r.post(&streamEnded{run: r, stream: stream, tail: tail})
			return
		}
	}
}

func (r *run) deliver(stream Stream, data []byte) {
	switch {
	case r.spec.Output != nil:
		r.spec.Output(stream, data)
	case r.spec.OutputTo != nil:
		r.credits[stream].take(len(data))
		r.system.Root.Send(r.spec.OutputTo, &actors.Output{
			Who:         r.self,
			Incarnation: r.incarnation,
			Stream:      stream,
			Data:        append([]byte(nil), data...),
		})
	}
}

// appendTail keeps the last tailBytes of what was ever appended.
func appendTail(tail, data []byte) []byte {
	if len(data) >= tailBytes {
		return append(tail[:0], data[len(data)-tailBytes:]...)
	}
	if over := len(tail) + len(data) - tailBytes; over > 0 {
		tail = tail[:copy(tail, tail[over:])]
	}
	return append(tail, data...)
}

// readWire posts the frames that the child sends, one message per read.
func (r *run) readWire() {
	end := &wireEnded{run: r}
	for {
		n, err := r.fromChild.Read(r.decoder.Space(readBytes))
		r.decoder.Advance(n)
		message, bad := r.decode()
		if len(message.messages) > 0 {
			r.post(message)
		}
		if bad != nil {
			end.err, end.fault = bad, true
			break
		}
		if err != nil {
			end.err = r.decoder.Finish()
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
		ok, err := r.decoder.Next(&r.decoded)
		if !ok || err != nil {
			return message, err
		}
		m := r.decoded
		m.Payload = r.slab.copyOf(m.Payload)
		message.messages = append(message.messages, m)
	}
}

// slabBytes is the most that one small payload can keep from the collector.
const slabBytes = 4 << 10

// slab gives small payloads memory from a common piece, which costs one
// allocation for many.
type slab struct{ free []byte }

func (s *slab) copyOf(p []byte) []byte {
	if len(p) > slabBytes/4 {
		return append([]byte(nil), p...)
	}
	if len(p) > len(s.free) {
		s.free = make([]byte, slabBytes)
	}
	own := s.free[:len(p):len(p)]
	s.free = s.free[len(p):]
	copy(own, p)
	return own
}
