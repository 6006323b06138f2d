package codec

import "bufio"

// Decoder takes the bytes of one stream as they come and gives out the frames
// in them. It is used in turns:
//
//	n, err := r.Read(d.Space(readBytes))
//	d.Advance(n)
//	for {
//		payload, ok, err := d.Next()
//		...
//	}
//
// In a turn, take frames until there is none before the next Space or Feed.
// Then a Decoder holds at most one frame of the codec's limit and one read: it
// checks the limit before it takes memory, and memory grows with the bytes
// that arrived, not with the length that a frame claims to have. Once grown it
// is kept, so that a turn allocates nothing.
//
// The zero value is not usable; a codec or NewDecoder makes one. Not safe for
// concurrent use.
type Decoder struct {
	split bufio.SplitFunc
	// maxFrame is the most that can be left over from one turn to the next.
	maxFrame int
	// buf[r:w] are the bytes of the stream that were not given out yet.
	buf  []byte
	r, w int
}

// NewDecoder returns a Decoder that finds frames by split, for a codec of
// one's own. split has the contract of bufio.Scanner's functions, and two
// things more: it may keep state, as it sees each byte again until it advances
// over it; and the advance that comes with an error counts, so that it can go
// on behind what it refuses. split must enforce its limit by itself: it must
// not ask for more data when it has maxFrameBytes, the size of the largest
// frame with everything around the payload.
func NewDecoder(split bufio.SplitFunc, maxFrameBytes int) *Decoder {
	return &Decoder{split: split, maxFrame: maxFrameBytes}
}

// Space returns a free part of the Decoder's buffer, at least minBytes long, to
// read the stream's next bytes into. It invalidates all payloads from Next.
// What was read is said to Advance.
func (d *Decoder) Space(minBytes int) []byte {
	held := d.w - d.r
	switch {
	case held == 0:
		d.r, d.w = 0, 0
		d.grow(minBytes)
	case len(d.buf)-d.w >= minBytes:
	case len(d.buf)-held >= minBytes:
		d.w = copy(d.buf, d.buf[d.r:d.w])
		d.r = 0
	default:
		d.grow(held + minBytes)
	}
	return d.buf[d.w:]
}

// grow makes the buffer at least need bytes long and moves what is held to its
// start. It doubles, to copy each byte a few times only however large the
// frame, but takes no more than the limit can make use of.
func (d *Decoder) grow(need int) {
	if need <= len(d.buf) {
		return
	}
	held := d.w - d.r
	most := d.maxFrame + (need - held)
	buf := make([]byte, max(need, min(2*len(d.buf), most)))
	d.w = copy(buf, d.buf[d.r:d.w])
	d.r = 0
	d.buf = buf
}

// Advance says that n bytes of the stream were read into what Space returned.
// It panics if there was not that much space.
func (d *Decoder) Advance(n int) {
	if n < 0 || n > len(d.buf)-d.w {
		panic("codec: advance beyond the space")
	}
	d.w += n
}

// Feed takes p as the stream's next bytes. It copies p and invalidates all
// payloads from Next. It is for bytes that could not be read into Space.
func (d *Decoder) Feed(p []byte) {
	d.Advance(copy(d.Space(len(p)), p))
}

// Next returns the payload of the next whole frame. The payload is a part of
// the Decoder's buffer, may be empty, and is valid until the next Space or
// Feed; until then the caller may change it. ok is false if there is no whole
// frame left in what was fed.
//
// An error is about one frame; whether the stream can go on behind it is said
// by the codec. It is returned once; calling Next again is always possible.
func (d *Decoder) Next() (payload []byte, ok bool, err error) {
	for d.r < d.w {
		advance, payload, err := d.split(d.buf[d.r:d.w], false)
		if advance < 0 || advance > d.w-d.r || advance == 0 && (payload != nil || err != nil) {
			panic("codec: split function does not advance within its data")
		}
		d.r += advance
		switch {
		case err != nil:
			return nil, false, err
		case payload != nil:
			return payload[:len(payload):len(payload)], true, nil
		case advance == 0:
			return nil, false, nil
		}
	}
	return nil, false, nil
}

// Finish tells what the end of the stream left behind, after Next has returned
// all whole frames: the payload of a last frame that needs no end (an
// unterminated line), nil if nothing is left, or an error if what is left
// cannot be a frame. The Decoder is of no use afterwards.
func (d *Decoder) Finish() (rest []byte, err error) {
	_, rest, err = d.split(d.buf[d.r:d.w], true)
	d.r = d.w
	if err != nil {
		return nil, err
	}
	return rest, nil
}
