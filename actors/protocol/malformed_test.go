package protocol

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio/codec"
)

const (
	someTrace = " 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 01"
	noTrace   = " 00000000000000000000000000000000 b7ad6b7169203331 01"
	noSpan    = " 0af7651916cd43dd8448eb211c80319c 0000000000000000 01"
)

// body is a frame with this body, in hexadecimal digits and spaces.
func body(t *testing.T, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	require.NoError(t, err)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
}

func TestMalformedBodies(t *testing.T) {
	for _, c := range []struct{ name, body, problem string }{
		{"empty", "", "body of 0 bytes is shorter than a header"},
		{"short header", "02 00 00000007 00000000000000", "body of 13 bytes is shorter than a header"},
		{"kind 0", "00 00 00000007 0000000000000000", "unknown kind 0"},
		{"kind 99", "63 00 00000007 0000000000000000", "unknown kind 99"},
		{"text", hex.EncodeToString([]byte("GET / HTTP/1.1")), "unknown kind 71"},
		{"flag 4", "02 04 00000007 0000000000000001", "unknown flags 0x4"},
		{"all flags", "02 ff 00000007 0000000000000001", "unknown flags 0xff"},
		{"no trace block", "02 01 00000007 0000000000000001", "bad trace block"},
		{"short trace block", "02 01 00000007 0000000000000001" + someTrace + " 00", "bad trace block"},
		{"trace id of zeros", "02 01 00000007 0000000000000001" + noTrace + " 0000", "bad trace block"},
		{"span id of zeros", "02 01 00000007 0000000000000001" + noSpan + " 0000", "bad trace block"},
		{"short tracestate", "02 01 00000007 0000000000000001" + someTrace + " 0004 613d62", "bad trace block"},
		{"malformed tracestate", "02 01 00000007 0000000000000001" + someTrace + " 0003 3d3d3d", "bad trace block"},
		{"tracestate over the limit", "02 01 00000007 0000000000000001" + someTrace + " 0201" +
			hex.EncodeToString([]byte(longState(513))), "bad trace block"},
		{"no times block", "03 02 00000007 0000000000000001", "bad times block"},
		{"short times block", "03 02 00000007 0000000000000001 0000000000000001 00000000000000", "bad times block"},
		{"no times block behind a trace block", "03 03 00000007 0000000000000001" + someTrace + " 0000 ff", "bad times block"},
	} {
		t.Run(c.name, func(t *testing.T) {
			frame := body(t, c.body)
			_, decoder := Wire{}.Open()
			feed(decoder, frame)
			var m Message
			ok, err := decoder.Next(&m)
			assert.False(t, ok, "there was no message")
			var fault *FrameError
			require.ErrorAs(t, err, &fault)
			head := append([]byte(nil), frame[4:min(20, len(frame))]...)
			assert.Equal(t, &FrameError{Problem: c.problem, Head: head}, fault)
			assert.ErrorIs(t, err, ErrProtocol)
		})
	}
}

func TestErrorKeepsItsHeadWhenTheBufferIsReadIntoAgain(t *testing.T) {
	_, decoder := Wire{}.Open()
	feed(decoder, body(t, "63 00"))
	_, err := next(decoder)
	feed(decoder, []byte(strings.Repeat("\xff", 64)))
	assert.EqualError(t, err, `wire: body of 2 bytes is shorter than a header (starts with "c\x00")`)
}

func TestEndOfTheStream(t *testing.T) {
	frame := encode(t, Message{Kind: Task, ID: 1, Payload: []byte("hello")})
	for _, c := range []struct {
		name string
		end  []byte
		want string
	}{
		{"nothing", nil, ""},
		{"whole frame", frame, ""},
		{"half a length", frame[:2], "wire: codec: truncated frame: 2 of at least 4 bytes"},
		{"half a frame", frame[:len(frame)-1], "wire: codec: truncated frame: 22 of at least 23 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, decoder := Wire{}.Open()
			feed(decoder, append(encode(t, Message{Kind: Ping}), c.end...))
			for m, err := next(decoder); m != nil; m, err = next(decoder) {
				require.NoError(t, err)
			}
			err := decoder.Finish()
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.want)
			assert.ErrorIs(t, err, ErrProtocol)
			assert.ErrorIs(t, err, codec.ErrTruncated)
		})
	}
}

func TestHello(t *testing.T) {
	sdk, err := CheckHello(HelloPayload("go"))
	assert.NoError(t, err)
	assert.Equal(t, "go", sdk)

	sdk, err = CheckHello([]byte{0, 1})
	assert.NoError(t, err)
	assert.Empty(t, sdk)

	_, err = CheckHello([]byte{1})
	assert.EqualError(t, err, `wire: hello without a version (starts with "\x01")`)
	assert.ErrorIs(t, err, ErrProtocol)

	_, err = CheckHello([]byte{1, 2, 'g', 'o'})
	assert.Equal(t, &VersionError{Got: 0x0102, Want: 1}, err)
	assert.EqualError(t, err, "wire: other side speaks version 258, want 1")
	assert.ErrorIs(t, err, ErrProtocol)
}

func TestFrameErrorUnwraps(t *testing.T) {
	cause := errors.New("cause")
	err := &FrameError{Problem: "p", Err: cause}
	assert.EqualError(t, err, "wire: p")
	assert.ErrorIs(t, err, cause)
	assert.ErrorIs(t, err, ErrProtocol)
	assert.NotErrorIs(t, err, codec.ErrTooLarge)
}
