package protocol

import (
	"fmt"
	"strconv"
	"strings"
)

// EnvWire is the environment variable that tells a child its link.
const EnvWire = "BROOD_WIRE"

// Link tells a child how it is connected.
type Link struct {
	// In is the descriptor that the child reads, Out the one that it writes.
	In, Out int
	// Incarnation is the child's own.
	Incarnation uint32
	// LimitBytes bounds the body of a frame. Environ takes the protocol's own
	// limit instead.
	LimitBytes int
	// Mark is the descriptor of the file in which the child marks what it begins.
	// Zero: there is none.
	Mark int
	// Bell is the descriptor of the socket on which a child that is busy is told that
	// there is something to read. Zero: there is none.
	Bell int
}

// Environ returns BROOD_WIRE for the link, with the wire's limit.
func (w Wire) Environ(l Link) map[string]string {
	limit := w.framing().LimitBytes
	value := fmt.Sprintf("%d:%d:%d:%d:%d", Version, l.In, l.Out, l.Incarnation, limit)
	if l.Mark != 0 || l.Bell != 0 {
		value += fmt.Sprintf(":%d", l.Mark)
	}
	if l.Bell != 0 {
		value += fmt.Sprintf(":%d", l.Bell)
	}
	return map[string]string{EnvWire: value}
}

// ParseLink reads what Environ wrote. The error names the value.
func ParseLink(value string) (Link, error) {
	fields := strings.Split(value, ":")
	var n [7]uint64
	bits := [len(n)]int{16, 31, 31, 32, 31, 31, 31}
	if len(fields) < 5 || len(fields) > len(n) {
		return Link{}, fmt.Errorf("wire: %s=%q: want five to seven fields", EnvWire, value)
	}
	for i, field := range fields {
		v, err := strconv.ParseUint(field, 10, bits[i])
		if err != nil {
			return Link{}, fmt.Errorf("wire: %s=%q: %w", EnvWire, value, err)
		}
		n[i] = v
	}
	if n[0] != Version {
		return Link{}, &VersionError{Got: uint16(n[0]), Want: Version}
	}
	return Link{
		In: int(n[1]), Out: int(n[2]), Incarnation: uint32(n[3]), LimitBytes: int(n[4]), Mark: int(n[5]),
		Bell: int(n[6]),
	}, nil
}
