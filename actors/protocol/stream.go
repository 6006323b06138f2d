package protocol

import "encoding/binary"

// StreamWindowBytes is the credit with which each receiver of a stream begins,
// and the most that a piece may have.
const StreamWindowBytes = 256 << 10

// MaxCreditBytes bounds the credit that a sender may hold.
const MaxCreditBytes = 16 << 20

// Cost is how much credit a piece with so many bytes of payload takes: the
// length of its frame's body.
func Cost(payloadBytes int) int { return headerBytes + payloadBytes }

// CreditPayload returns the payload of a credit of so many bytes.
func CreditPayload(bytes int) []byte {
	return binary.BigEndian.AppendUint32(nil, uint32(bytes))
}

// ParseCredit returns how many bytes a credit is of.
func ParseCredit(payload []byte) (bytes int, err error) {
	if len(payload) != 4 {
		return 0, frameError(payload, "credit of %d bytes", len(payload))
	}
	n := binary.BigEndian.Uint32(payload)
	if n > MaxCreditBytes {
		return 0, frameError(payload, "credit for %d bytes", n)
	}
	return int(n), nil
}
