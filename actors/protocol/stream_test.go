package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCostOfAPieceIsTheLengthOfItsBody(t *testing.T) {
	for _, n := range []int{0, 1, 1000} {
		const prefix = 4
		frame := encode(t, Message{Kind: Piece, ID: 1, Payload: make([]byte, n)})
		assert.Equal(t, len(frame)-prefix, Cost(n))
	}
}

func TestCredit(t *testing.T) {
	for _, n := range []int{0, 1, StreamWindowBytes, MaxCreditBytes} {
		got, err := ParseCredit(CreditPayload(n))
		require.NoError(t, err)
		assert.Equal(t, n, got)
	}
	for _, bad := range [][]byte{nil, {1, 2, 3}, {0, 0, 0, 1, 0}, CreditPayload(MaxCreditBytes + 1)} {
		_, err := ParseCredit(bad)
		assert.ErrorIs(t, err, ErrProtocol)
	}
}

func TestStreamedTask(t *testing.T) {
	task := Message{Kind: Task, Incarnation: 7, ID: 1, Streamed: true, Trace: spanContext(t, 1, "a=b"), Payload: []byte("begin")}
	_, decoder := Wire{}.Open()
	feed(decoder, encode(t, task))
	got, err := next(decoder)
	require.NoError(t, err)
	assert.Equal(t, &task, got)
}
