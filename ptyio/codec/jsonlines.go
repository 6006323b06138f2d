package codec

import "encoding/json"

// JSONLines is the codec of JSON Lines: a frame is one JSON value on one line.
// Lines end as those of Lines do. Every line is checked to be valid JSON in
// both directions; it is neither decoded nor changed, and its strings are not
// checked to be valid UTF-8.
//
// A line that is not JSON (an empty one is not) is answered by a *SyntaxError
// and one over the limit by a *SizeError; decoding goes on with the next line.
// Finish returns an unterminated last line if it is JSON.
type JSONLines struct {
	// LimitBytes is the largest payload, without the end of the line. Zero or
	// less means 1 MiB.
	LimitBytes int
}

var _ Codec = JSONLines{}

// Append appends payload and "\n" to dst. It returns a *SizeError if payload is
// over the limit, an error that matches ErrLineBreak if it holds "\n" or ends
// in "\r", which JSON allows between its tokens, and a *SyntaxError if it is
// not JSON.
func (c JSONLines) Append(dst, payload []byte) ([]byte, error) {
	frame, err := Lines(c).Append(dst, payload)
	if err != nil {
		return dst, err
	}
	if err := checkJSON(payload, 0); err != nil {
		return dst, err
	}
	return frame, nil
}

// NewDecoder returns a decoder for one stream of JSON lines.
func (c JSONLines) NewDecoder() *Decoder {
	s := jsonSplitter{lineSplitter{limit: limit(c.LimitBytes, defaultLineBytes)}}
	return NewDecoder(s.split, s.maxFrame())
}

// jsonSplitter finds the lines of one stream and checks them.
type jsonSplitter struct{ lineSplitter }

func (s *jsonSplitter) split(data []byte, atEOF bool) (advance int, line []byte, err error) {
	advance, line, err = s.lineSplitter.split(data, atEOF)
	if err != nil || line == nil {
		return advance, nil, err
	}
	if err := checkJSON(line, s.line); err != nil {
		return advance, nil, err
	}
	return advance, line, nil
}

// checkJSON returns a *SyntaxError if line is not one JSON value.
func checkJSON(line []byte, number int64) error {
	if json.Valid(line) {
		return nil
	}
	// Valid does not say where it stopped. Unmarshal does; it checks the whole
	// before it stores anything.
	var none json.RawMessage
	err := json.Unmarshal(line, &none)
	e := &SyntaxError{Line: number, Err: err, Cut: len(line) > maxHeadBytes}
	e.Head = string(line[:min(len(line), maxHeadBytes)])
	if at, ok := err.(*json.SyntaxError); ok {
		e.Offset = at.Offset
	}
	return e
}
