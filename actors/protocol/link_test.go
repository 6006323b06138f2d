package protocol

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParseLink(t *testing.T) {
	for _, c := range []struct {
		value string
		want  Link
		err   string
	}{
		{"1:3:4:7:8192", Link{In: 3, Out: 4, Incarnation: 7, LimitBytes: 8192}, ""},
		{"1:0:1:4294967295:2147483647", Link{In: 0, Out: 1, Incarnation: math.MaxUint32, LimitBytes: math.MaxInt32}, ""},
		{"", Link{}, `wire: BROOD_WIRE="": want five to seven fields`},
		{"1:3:4", Link{}, `wire: BROOD_WIRE="1:3:4": want five to seven fields`},
		{"1:3:4:7:8192:5", Link{In: 3, Out: 4, Incarnation: 7, LimitBytes: 8192, Mark: 5}, ""},
		{"1:3:4:7:8192:5:6", Link{In: 3, Out: 4, Incarnation: 7, LimitBytes: 8192, Mark: 5, Bell: 6}, ""},
		{"1:3:4:7:8192:0:5", Link{In: 3, Out: 4, Incarnation: 7, LimitBytes: 8192, Bell: 5}, ""},
		{"1:3:4:7:8:9:10:11", Link{}, `wire: BROOD_WIRE="1:3:4:7:8:9:10:11": want five to seven fields`},
		{"1:3:4:7:8192:", Link{}, `wire: BROOD_WIRE="1:3:4:7:8192:": strconv.ParseUint: parsing "": invalid syntax`},
		{"1:3:4::8192", Link{}, `wire: BROOD_WIRE="1:3:4::8192": strconv.ParseUint: parsing "": invalid syntax`},
		{"1:-3:4:7:8192", Link{}, `wire: BROOD_WIRE="1:-3:4:7:8192": strconv.ParseUint: parsing "-3": invalid syntax`},
		{"1: 3:4:7:8192", Link{}, `wire: BROOD_WIRE="1: 3:4:7:8192": strconv.ParseUint: parsing " 3": invalid syntax`},
		{"1:2147483648:4:7:8192", Link{}, `wire: BROOD_WIRE="1:2147483648:4:7:8192": strconv.ParseUint: parsing "2147483648": value out of range`},
		{"1:3:4:4294967296:8192", Link{}, `wire: BROOD_WIRE="1:3:4:4294967296:8192": strconv.ParseUint: parsing "4294967296": value out of range`},
		{"0:3:4:7:8192", Link{}, "wire: other side speaks version 0, want 1"},
		{"2:3:4:7:8192", Link{}, "wire: other side speaks version 2, want 1"},
		{"65537:3:4:7:8192", Link{}, `wire: BROOD_WIRE="65537:3:4:7:8192": strconv.ParseUint: parsing "65537": value out of range`},
	} {
		t.Run(c.value, func(t *testing.T) {
			link, err := ParseLink(c.value)
			assert.Equal(t, c.want, link)
			if c.err == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.err)
		})
	}
}

func TestEnvironIsWhatParseLinkReads(t *testing.T) {
	for want, link := range map[string]Link{
		"1:3:4:4294967295:1000":     {In: 3, Out: 4, Incarnation: math.MaxUint32},
		"1:3:4:4294967295:1000:5":   {In: 3, Out: 4, Incarnation: math.MaxUint32, Mark: 5},
		"1:3:4:4294967295:1000:5:6": {In: 3, Out: 4, Incarnation: math.MaxUint32, Mark: 5, Bell: 6},
		"1:3:4:4294967295:1000:0:5": {In: 3, Out: 4, Incarnation: math.MaxUint32, Bell: 5},
	} {
		env := Wire{LimitBytes: 1000}.Environ(link)
		assert.Equal(t, map[string]string{"BROOD_WIRE": want}, env)
		got, err := ParseLink(env[EnvWire])
		assert.NoError(t, err)
		link.LimitBytes = 1000
		assert.Equal(t, link, got)
	}
}
