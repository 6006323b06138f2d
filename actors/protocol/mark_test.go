package protocol

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMark(t *testing.T) {
	for _, c := range []struct {
		name           string
		mark           Mark
		answered, sent uint64
		newest         uint64
		known          bool
	}{
		{"it does not mark", 0, 0, 10, 0, false},
		{"none begun", MarkNone, 0, 10, 0, true},
		{"none begun, but one handled", MarkNone, 1, 10, 0, false},
		{"the newest", MarkOf(10), 9, 10, 10, true},
		{"just answered", MarkOf(9), 9, 10, 9, true},
		{"older than one that was handled", MarkOf(8), 9, 10, 0, false},
		{"newer than what was sent", MarkOf(11), 9, 10, 0, false},
		{"garbage", math.MaxUint64, 9, 10, 0, false},
		{"nothing was sent", MarkNone, 0, 0, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			newest, known := c.mark.Newest(c.answered, c.sent)
			assert.Equal(t, c.known, known)
			assert.Equal(t, c.newest, newest)
		})
	}
}

func TestMarkInAFile(t *testing.T) {
	assert.Equal(t, Mark(0), ParseMark(nil))
	assert.Equal(t, Mark(0), ParseMark([]byte{1, 0, 0, 0, 0, 0, 0}), "it was cut")
	assert.Equal(t, MarkOf(0x0102), ParseMark([]byte{3, 1, 0, 0, 0, 0, 0, 0}))
	b := binary.NativeEndian.AppendUint64(nil, MarkOf(0x0102).Native())
	assert.Equal(t, MarkOf(0x0102), ParseMark(b))
}

func TestPaceInAFile(t *testing.T) {
	file := func(pace uint64) []byte {
		return binary.LittleEndian.AppendUint64(make([]byte, 8), pace)
	}
	assert.Equal(t, Pace(0), ParsePace(nil))
	assert.Equal(t, Pace(0), ParsePace(file(5)[:15]), "it was cut")
	assert.Equal(t, Pace(0), ParsePace(file(0)), "it does not say")
	assert.Equal(t, Pace(0), ParsePace(file(math.MaxUint64)), "that is no time")
	assert.Equal(t, Pace(5000), ParsePace(file(5000)))
	b := binary.NativeEndian.AppendUint64(make([]byte, 8), Pace(5000).Native())
	assert.Equal(t, Pace(5000), ParsePace(b))
}
