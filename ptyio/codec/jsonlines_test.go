package codec

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestJSONLinesDecodeTheSameHoweverCut(t *testing.T) {
	for _, tt := range []struct {
		name, stream string
		want         []event
	}{
		{"nothing", "", nil},
		{"values", "1\n\"a\"\n{\"a\":[null]}\r\n", []event{{payload: "1"}, {payload: `"a"`}, {payload: `{"a":[null]}`}}},
		{"space around", " 1 \n", []event{{payload: " 1 "}}},
		{"a stray print", "1\nhello\n2\n", []event{{payload: "1"}, {err: "invalid JSON"}, {payload: "2"}}},
		{"an empty line", "\n1\n", []event{{err: "invalid JSON"}, {payload: "1"}}},
		{"two on one line", "1 2\n3\n", []event{{err: "invalid JSON"}, {payload: "3"}}},
		{"over the limit", "\"1234567890123\"\n1\n", []event{{err: "too large"}, {payload: "1"}}},
		{"unterminated", "1\n{}", []event{{payload: "1"}, {payload: "{}"}}},
		{"half a value", "1\n{\"a\":", []event{{payload: "1"}, {err: "invalid JSON"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			everyCut(t, JSONLines{LimitBytes: 12}, []byte(tt.stream), false, tt.want)
			assert.Equal(t, tt.want, wantJSON([]byte(tt.stream), 12), "the reference of the fuzz test")
		})
	}
}

func TestSyntaxErrorTellsWhere(t *testing.T) {
	d := JSONLines{}.NewDecoder()
	d.Feed([]byte("1\n\n{\"a\": tru}\n" + strings.Repeat("\x1b[31m", 20) + "\n"))
	var texts []string
	for {
		_, ok, err := d.Next()
		if err != nil {
			require.ErrorIs(t, err, ErrSyntax)
			var cause *json.SyntaxError
			require.ErrorAs(t, err, &cause)
			texts = append(texts, err.Error())
		} else if !ok {
			break
		}
	}
	assert.Equal(t, []string{
		`codec: invalid JSON: line 2, byte 0: unexpected end of JSON input: ""`,
		`codec: invalid JSON: line 3, byte 10: invalid character '}' in literal true (expecting 'e'): "{\"a\": tru}"`,
		`codec: invalid JSON: line 4, byte 1: invalid character '\x1b' looking for beginning of value: "` +
			strings.Repeat(`\x1b[31m`, 9) + `\x1b[3"...`,
	}, texts)
}

func TestJSONLinesRefuseWhatWouldNotComeBack(t *testing.T) {
	dst := []byte("before")
	for _, tt := range []struct {
		payload string
		want    error
	}{
		{"{\n}", ErrLineBreak},
		{"{}\r", ErrLineBreak},
		{"", ErrSyntax},
		{"{", ErrSyntax},
		{"1 2", ErrSyntax},
		{`"12345678901"`, ErrTooLarge},
	} {
		got, err := JSONLines{LimitBytes: 12}.Append(dst, []byte(tt.payload))
		require.ErrorIs(t, err, tt.want, "%q", tt.payload)
		assert.Equal(t, "before", string(got))
	}
	_, err := JSONLines{}.Append(nil, []byte("nope"))
	assert.EqualError(t, err, `codec: invalid JSON: payload, byte 2: invalid character 'o' in literal null (expecting 'u'): "nope"`)
}

func TestJSONLinesRoundTrip(t *testing.T) {
	payloads := [][]byte{[]byte("1"), []byte(`{"a":"\n"}`), []byte("{\r}"), []byte("x"), []byte(" [] "), []byte("null")}
	roundTrip(t, JSONLines{}, payloads, nil)
	roundTrip(t, JSONLines{}, payloads, []int{1})
}
