package protocol

import (
	"encoding/binary"

	"go.opentelemetry.io/otel/trace"

	"brood/ptyio/codec"
)

const (
	// Version of the wire.
	Version = 1
	// DefaultLimitBytes bounds the body of a frame.
	DefaultLimitBytes = 4 << 20
	// FrameOverheadBytes is how much of a body the wire may need besides the
	// payload.
	FrameOverheadBytes = headerBytes + traceBytes + maxStateBytes + timesBytes
)

const (
	headerBytes   = 1 + 1 + 4 + 8
	traceBytes    = 16 + 8 + 1 + 2
	maxStateBytes = 512 // W3C trace context: propagate at least 512 characters
	timesBytes    = 8 + 8

	flagTrace = 1
	flagTimes = 2
)

// Wire is brood's own protocol; see the package's documentation for its bytes.
// The zero value is ready to use.
type Wire struct {
	// LimitBytes bounds the body of a frame in both directions. Zero means
	// DefaultLimitBytes.
	LimitBytes int
}

var _ Protocol = Wire{}

func (w Wire) framing() codec.Length {
	limit := w.LimitBytes
	if limit == 0 {
		limit = DefaultLimitBytes
	}
	return codec.Length{PrefixBytes: 4, LimitBytes: limit}
}

// Open returns the two halves of a conversation.
func (w Wire) Open() (Encoder, Decoder) {
	framing := w.framing()
	return &wireEncoder{framing: framing}, &wireDecoder{frames: framing.NewDecoder()}
}

type wireEncoder struct {
	framing codec.Length
	body    []byte
}

// Encode appends m as one frame.
func (e *wireEncoder) Encode(dst []byte, m *Message) ([]byte, error) {
	e.body = appendBody(e.body[:0], m)
	out, err := e.framing.Append(dst, e.body)
	if cap(e.body) > 64<<10 {
		e.body = nil // do not hold on to the memory of one large payload
	}
	return out, err
}

func appendBody(b []byte, m *Message) []byte {
	var flags byte
	if m.Trace.IsValid() {
		flags |= flagTrace
	}
	if m.Began != 0 || m.Ended != 0 {
		flags |= flagTimes
	}
	b = append(b, byte(m.Kind), flags)
	b = binary.BigEndian.AppendUint32(b, m.Incarnation)
	b = binary.BigEndian.AppendUint64(b, m.ID)
	if flags&flagTrace != 0 {
		b = appendTrace(b, m.Trace)
	}
	if flags&flagTimes != 0 {
		b = binary.BigEndian.AppendUint64(b, uint64(m.Began))
		b = binary.BigEndian.AppendUint64(b, uint64(m.Ended))
	}
	return append(b, m.Payload...)
}

func appendTrace(b []byte, sc trace.SpanContext) []byte {
	traceID, spanID := sc.TraceID(), sc.SpanID()
	b = append(b, traceID[:]...)
	b = append(b, spanID[:]...)
	state := sc.TraceState().String()
	if len(state) > maxStateBytes {
		state = "" // W3C allows to drop a tracestate that is too long, as a whole
	}
	b = append(b, byte(sc.TraceFlags()))
	b = binary.BigEndian.AppendUint16(b, uint16(len(state)))
	return append(b, state...)
}

type wireDecoder struct{ frames *codec.Decoder }

func (d *wireDecoder) Space(min int) []byte { return d.frames.Space(min) }
func (d *wireDecoder) Advance(n int)        { d.frames.Advance(n) }

// Next decodes the next whole frame into m.
func (d *wireDecoder) Next(m *Message) (bool, error) {
	body, ok, err := d.frames.Next()
	if err != nil {
		return false, &FrameError{Problem: err.Error(), Err: err}
	}
	if !ok {
		return false, nil
	}
	if err := parseBody(body, m); err != nil {
		return false, err
	}
	return true, nil
}

// Finish returns an error if the stream ended within a frame.
func (d *wireDecoder) Finish() error {
	if rest, err := d.frames.Finish(); err != nil {
		return &FrameError{Problem: err.Error(), Head: append([]byte(nil), rest[:min(len(rest), 16)]...), Err: err}
	}
	return nil
}

func parseBody(body []byte, m *Message) error {
	if len(body) < headerBytes {
		return frameError(body, "body of %d bytes is shorter than a header", len(body))
	}
	*m = Message{
		Kind:        Kind(body[0]),
		Incarnation: binary.BigEndian.Uint32(body[2:]),
		ID:          binary.BigEndian.Uint64(body[6:]),
	}
	if m.Kind < Hello || m.Kind > lastKind {
		return frameError(body, "unknown kind %d", body[0])
	}
	flags, rest := body[1], body[headerBytes:]
	if flags&^(flagTrace|flagTimes) != 0 {
		return frameError(body, "unknown flags %#x", flags)
	}
	if flags&flagTrace != 0 {
		var ok bool
		if m.Trace, rest, ok = parseTrace(rest); !ok {
			return frameError(body, "bad trace block")
		}
	}
	if flags&flagTimes != 0 {
		if len(rest) < timesBytes {
			return frameError(body, "bad times block")
		}
		m.Began = int64(binary.BigEndian.Uint64(rest))
		m.Ended = int64(binary.BigEndian.Uint64(rest[8:]))
		rest = rest[timesBytes:]
	}
	m.Payload = rest
	return nil
}

func parseTrace(b []byte) (sc trace.SpanContext, rest []byte, ok bool) {
	if len(b) < traceBytes {
		return sc, b, false
	}
	stateLen := int(binary.BigEndian.Uint16(b[25:]))
	if stateLen > maxStateBytes || len(b) < traceBytes+stateLen {
		return sc, b, false
	}
	config := trace.SpanContextConfig{
		TraceID:    trace.TraceID(b[:16]),
		SpanID:     trace.SpanID(b[16:24]),
		TraceFlags: trace.TraceFlags(b[24]),
		Remote:     true,
	}
	if stateLen > 0 {
		state, err := trace.ParseTraceState(string(b[traceBytes : traceBytes+stateLen]))
		if err != nil {
			return sc, b, false
		}
		config.TraceState = state
	}
	sc = trace.NewSpanContext(config)
	return sc, b[traceBytes+stateLen:], sc.IsValid()
}

// HelloPayload returns the payload of a hello.
func HelloPayload(sdk string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, Version), sdk...)
}

// CheckHello returns a *VersionError if the child speaks another version, and
// the name of its SDK.
func CheckHello(payload []byte) (sdk string, err error) {
	if len(payload) < 2 {
		return "", frameError(payload, "hello without a version")
	}
	if got := binary.BigEndian.Uint16(payload); got != Version {
		return "", &VersionError{Got: got, Want: Version}
	}
	return string(payload[2:]), nil
}
