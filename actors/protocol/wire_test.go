package protocol

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"brood/ptyio/codec"
)

// spanContext is the one of the W3C's own example.
func spanContext(t testing.TB, flags trace.TraceFlags, state string) trace.SpanContext {
	t.Helper()
	traceID, err := trace.TraceIDFromHex("0af7651916cd43dd8448eb211c80319c")
	require.NoError(t, err)
	spanID, err := trace.SpanIDFromHex("b7ad6b7169203331")
	require.NoError(t, err)
	traceState, err := trace.ParseTraceState(state)
	require.NoError(t, err)
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: traceID, SpanID: spanID, TraceFlags: flags, TraceState: traceState, Remote: true,
	})
}

func encode(t testing.TB, m Message) []byte {
	t.Helper()
	encoder, _ := Wire{}.Open()
	frame, err := encoder.Encode(nil, &m)
	require.NoError(t, err)
	return frame
}

// feed gives bytes to a decoder.
func feed(d Decoder, p []byte) {
	d.Advance(copy(d.Space(len(p)), p))
}

// next returns the decoder's next message with a payload of its own; nil if
// there is none.
func next(d Decoder) (*Message, error) {
	var m Message
	ok, err := d.Next(&m)
	if err != nil || !ok {
		return nil, err
	}
	m.Payload = append([]byte{}, m.Payload...)
	return &m, nil
}

// The bytes are what the package comment says, written out: an SDK in another
// language can take its own tests from here.
func TestBytesOfEachKind(t *testing.T) {
	sampled := spanContext(t, trace.FlagsSampled, "")
	stated := spanContext(t, 0, "rojo=00f067aa0ba902b7,congo=t61")
	for _, c := range []struct {
		name, bytes string
		message     Message
	}{
		{"hello", "00000012 01 00 00000007 0000000000000000 0001 676f", Message{Kind: Hello, Payload: HelloPayload("go")}},
		{"task", "00000013 02 00 00000007 0000000000000001 68656c6c6f", Message{Kind: Task, ID: 1, Payload: []byte("hello")}},
		{"result", "00000013 03 00 00000007 0000000000000001 68656c6c6f", Message{Kind: Result, ID: 1, Payload: []byte("hello")}},
		{"error", "00000010 04 00 00000007 0000000000000001 6e6f", Message{Kind: Error, ID: 1, Payload: []byte("no")}},
		{"cancel", "0000000e 05 00 00000007 0102030405060708", Message{Kind: Cancel, ID: 0x0102030405060708}},
		{"ping", "0000000e 06 00 00000007 0000000000000002", Message{Kind: Ping, ID: 2}},
		{"pong", "0000000e 07 00 00000007 0000000000000002", Message{Kind: Pong, ID: 2}},
		{"shutdown", "0000000e 08 00 00000007 0000000000000000", Message{Kind: Shutdown}},
		{"revoke", "0000000e 09 00 00000007 0000000000000003", Message{Kind: Revoke, ID: 3}},
		{"revoked", "0000000e 0a 00 00000007 0000000000000003", Message{Kind: Revoked, ID: 3}},
		{"streamed task", "0000000f 02 04 00000007 0000000000000001 78",
			Message{Kind: Task, ID: 1, Streamed: true, Payload: []byte("x")}},
		{"piece", "0000000f 0b 00 00000007 0000000000000001 78", Message{Kind: Piece, ID: 1, Payload: []byte("x")}},
		{"end", "0000000e 0c 00 00000007 0000000000000001", Message{Kind: End, ID: 1}},
		{"credit", "00000012 0d 00 00000007 0000000000000001 00040000", Message{Kind: Credit, ID: 1, Payload: CreditPayload(1 << 18)}},
		{"progress", "0000000f 0e 00 00000007 0000000000000001 78", Message{Kind: Progress, ID: 1, Payload: []byte("x")}},
		{"task in a trace",
			"0000002a 02 01 00000007 0000000000000001" +
				" 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 01 0000 78",
			Message{Kind: Task, ID: 1, Trace: sampled, Payload: []byte("x")}},
		{"task in a trace with state",
			"00000048 02 01 00000007 0000000000000001" +
				" 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 00 001f" +
				" 726f6a6f3d303066303637616130626139303262372c636f6e676f3d743631",
			Message{Kind: Task, ID: 1, Trace: stated}},
		{"result with times",
			"0000001f 03 02 00000007 0000000000000001 17979cfe362a0000 17979cfe362a03e8 79",
			Message{Kind: Result, ID: 1, Began: 1700000000000000000, Ended: 1700000000000001000, Payload: []byte("y")}},
		{"error with both blocks",
			"0000003b 04 03 00000007 0000000000000001" +
				" 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 01 0000" +
				" 0000000000000001 0000000000000002 6e6f",
			Message{Kind: Error, ID: 1, Trace: sampled, Began: 1, Ended: 2, Payload: []byte("no")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.message.Incarnation = 7
			frame := encode(t, c.message)
			assert.Equal(t, strings.ReplaceAll(c.bytes, " ", ""), hex.EncodeToString(frame))
			_, decoder := Wire{}.Open()
			feed(decoder, frame)
			got, err := next(decoder)
			require.NoError(t, err)
			if c.message.Payload == nil {
				c.message.Payload = []byte{}
			}
			assert.Equal(t, &c.message, got)
			assert.NoError(t, decoder.Finish())
		})
	}
}

func TestRoundTripOfEachKindWithEachBlock(t *testing.T) {
	payloads := [][]byte{{}, {0}, []byte(strings.Repeat("\x00\xff\n", 40000))}
	traces := []trace.SpanContext{{}, spanContext(t, 0, ""), spanContext(t, 0xff, "a=b"), spanContext(t, 1, longState(512))}
	times := [][2]int64{{0, 0}, {1, 2}, {0, 5}, {5, 0}, {-1, math.MinInt64}, {math.MaxInt64, math.MaxInt64}}
	encoder, decoder := Wire{}.Open()
	for kind := Hello; kind <= lastKind; kind++ {
		for _, sc := range traces {
			for _, bounds := range times {
				for _, payload := range payloads {
					want := Message{Kind: kind, Incarnation: math.MaxUint32, ID: math.MaxUint64, Trace: sc,
						Began: bounds[0], Ended: bounds[1], Payload: payload}
					frame, err := encoder.Encode(nil, &want)
					require.NoError(t, err)
					feed(decoder, frame)
					got, err := next(decoder)
					require.NoError(t, err)
					require.Equal(t, &want, got)
				}
			}
		}
	}
}

// longState returns a W3C tracestate of so many bytes.
func longState(size int) string {
	state := "a=" + strings.Repeat("x", 250) + ",b=" + strings.Repeat("y", 250)
	return state + ",c=" + strings.Repeat("z", size-len(state)-len(",c="))
}

func TestTracestateOverItsLimitIsDroppedAsAWhole(t *testing.T) {
	sent := Message{Kind: Task, ID: 1, Trace: spanContext(t, 1, longState(513)), Payload: []byte("x")}
	_, decoder := Wire{}.Open()
	feed(decoder, encode(t, sent))
	got, err := next(decoder)
	require.NoError(t, err)
	sent.Trace = spanContext(t, 1, "")
	assert.Equal(t, &sent, got)
}

func TestBlocksAreOnlySentIfThereIsSomethingInThem(t *testing.T) {
	half := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}})
	plain := encode(t, Message{Kind: Task, ID: 1})
	assert.Equal(t, plain, encode(t, Message{Kind: Task, ID: 1, Trace: half}), "a trace without a span is none")
	assert.Len(t, plain, 4+headerBytes)
}

func TestLimitIsOnTheBody(t *testing.T) {
	for _, c := range []struct {
		limit, fits int
	}{
		{0, DefaultLimitBytes - headerBytes},
		{100, 100 - headerBytes},
		{headerBytes, 0},
	} {
		t.Run(fmt.Sprint(c.limit), func(t *testing.T) {
			encoder, decoder := Wire{LimitBytes: c.limit}.Open()
			m := Message{Kind: Task, Payload: make([]byte, c.fits)}
			frame, err := encoder.Encode(nil, &m)
			require.NoError(t, err)
			feed(decoder, frame)
			got, err := next(decoder)
			require.NoError(t, err)
			assert.Equal(t, &m, got)

			m.Payload = make([]byte, c.fits+1)
			before := []byte("before")
			after, err := encoder.Encode(before, &m)
			assert.ErrorIs(t, err, codec.ErrTooLarge)
			assert.Equal(t, before, after, "what was there stays as it was")

			unlimited, _ := Wire{LimitBytes: 2 * DefaultLimitBytes}.Open()
			frame, err = unlimited.Encode(nil, &m)
			require.NoError(t, err)
			feed(decoder, frame[:4]) // the length alone is enough
			_, err = next(decoder)
			assert.ErrorIs(t, err, codec.ErrTooLarge)
			assert.ErrorIs(t, err, ErrProtocol)
		})
	}
}

func TestOverheadIsEnoughForAllBlocks(t *testing.T) {
	full := Message{Kind: Task, Trace: spanContext(t, 1, longState(maxStateBytes)), Began: 1, Ended: 1}
	assert.Len(t, encode(t, full), 4+FrameOverheadBytes)
}

func TestEncodeAppends(t *testing.T) {
	encoder, decoder := Wire{}.Open()
	buf := []byte{}
	var want []*Message
	for id := range uint64(100) {
		m := &Message{Kind: Task, ID: id, Payload: []byte(strings.Repeat("x", int(id)))}
		want = append(want, m)
		var err error
		buf, err = encoder.Encode(buf, m)
		require.NoError(t, err)
	}
	feed(decoder, buf)
	var got []*Message
	for range want {
		m, err := next(decoder)
		require.NoError(t, err)
		got = append(got, m)
	}
	assert.Equal(t, want, got)
	last, err := next(decoder)
	assert.NoError(t, err)
	assert.Nil(t, last)
}

// All messages of one read are valid together, and none can grow into another.
func TestPayloadsOfOneReadAreValidTogether(t *testing.T) {
	_, decoder := Wire{}.Open()
	feed(decoder, append(encode(t, Message{Kind: Result, Payload: []byte("first")}),
		encode(t, Message{Kind: Result, Payload: []byte("second")})...))
	var first, second Message
	for _, m := range []*Message{&first, &second} {
		ok, err := decoder.Next(m)
		require.NoError(t, err)
		require.True(t, ok)
	}
	assert.Equal(t, len(first.Payload), cap(first.Payload))
	_ = append(first.Payload, "overflow"...)
	assert.Equal(t, "first second", string(first.Payload)+" "+string(second.Payload))
}

func TestMessageIsOverwrittenAsAWhole(t *testing.T) {
	_, decoder := Wire{}.Open()
	feed(decoder, encode(t, Message{Kind: Pong, ID: 3}))
	m := Message{Kind: Task, Incarnation: 9, ID: 9, Trace: spanContext(t, 1, "a=b"), Began: 9, Ended: 9, Payload: []byte("old")}
	ok, err := decoder.Next(&m)
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, Message{Kind: Pong, ID: 3, Payload: []byte{}}, m)
}

// A large payload passes through a buffer; it must not stay in memory for ever.
func TestEncoderForgetsALargePayload(t *testing.T) {
	encoder, _ := Wire{}.Open()
	_, err := encoder.Encode(nil, &Message{Kind: Task, Payload: make([]byte, 1<<20)})
	require.NoError(t, err)
	assert.Zero(t, cap(encoder.(*wireEncoder).body))
}

func TestConversationsAreIndependent(t *testing.T) {
	wire := Wire{}
	_, broken := wire.Open()
	feed(broken, []byte{0xff, 0xff, 0xff, 0xff})
	_, err := next(broken)
	require.Error(t, err)
	_, whole := wire.Open()
	feed(whole, encode(t, Message{Kind: Ping}))
	m, err := next(whole)
	require.NoError(t, err)
	assert.Equal(t, &Message{Kind: Ping, Payload: []byte{}}, m)
}
