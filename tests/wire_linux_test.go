package tests

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// Kinds of frames, as the documentation of the wire numbers them.
const (
	kindHello   = 1
	kindTask    = 2
	kindResult  = 3
	kindCancel  = 5
	kindPong    = 7
	kindRevoke  = 9
	kindRevoked = 10
	kindPiece   = 11
	kindCredit  = 13
)

// rawWire is the child's side of the wire, written from its documentation and
// without the SDK, for children that break it.
type rawWire struct {
	in, out     *os.File
	mark        *os.File
	incarnation uint32
}

func openRawWire() rawWire {
	var version, in, out, limit, mark int
	var w rawWire
	if _, err := fmt.Sscanf(os.Getenv("BROOD_WIRE"), "%d:%d:%d:%d:%d:%d", &version, &in, &out, &w.incarnation, &limit, &mark); err != nil {
		panic(err)
	}
	w.in, w.out = os.NewFile(uintptr(in), "in"), os.NewFile(uintptr(out), "out")
	w.mark = os.NewFile(uintptr(mark), "mark")
	return w
}

// frame puts a frame together without a trace.
func (w rawWire) frame(kind byte, id uint64, payload []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(14+len(payload)))
	b = append(b, kind, 0)
	b = binary.BigEndian.AppendUint32(b, w.incarnation)
	b = binary.BigEndian.AppendUint64(b, id)
	return append(b, payload...)
}

func (w rawWire) send(b []byte) { _, _ = w.out.Write(b) }

// marks writes the mark file.
func (w rawWire) marks(value uint64) {
	if _, err := w.mark.WriteAt(binary.LittleEndian.AppendUint64(nil, value), 0); err != nil {
		panic(err)
	}
}

func (w rawWire) hello() { w.send(w.frame(kindHello, 0, []byte{0, 1, 'r', 'a', 'w'})) }

// read returns the next frame, or ends the child with the wire.
func (w rawWire) read() (kind byte, id uint64, payload []byte) {
	var length [4]byte
	if _, err := io.ReadFull(w.in, length[:]); err != nil {
		os.Exit(0)
	}
	body := make([]byte, binary.BigEndian.Uint32(length[:]))
	if _, err := io.ReadFull(w.in, body); err != nil {
		os.Exit(0)
	}
	kind, id, payload = body[0], binary.BigEndian.Uint64(body[6:]), body[14:]
	if body[1]&1 != 0 { // a trace block
		payload = payload[27+int(binary.BigEndian.Uint16(payload[25:])):]
	}
	return kind, id, payload
}

// readTask returns the next task; a shutdown ends the child.
func (w rawWire) readTask() (id uint64, payload []byte) {
	for {
		kind, id, payload := w.read()
		switch kind {
		case kindTask:
			return id, payload
		case kindCancel, kindRevoke:
		default:
			os.Exit(0)
		}
	}
}
