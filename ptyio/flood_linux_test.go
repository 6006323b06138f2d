package ptyio_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/ptyio"
)

func init() { helpers["flood and tell"] = floodAndTell }

// floodAndTell tells on stderr how much its stdout holds after it wrote there.
func floodAndTell(args []string) {
	flood(args)
	size, err := unix.FcntlInt(1, unix.F_GETPIPE_SZ, 0)
	exitOn(err)
	fmt.Fprint(os.Stderr, size)
}

func TestPipeOfAFloodIsMadeLarger(t *testing.T) {
	for _, test := range []struct {
		name          string
		printed, size int
	}{
		{"flood", 8 << 20, 256 << 10},
		{"burst", 1 << 19, 64 << 10}, // the control
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := start(t, ptyio.Pipes{}, helper("flood and tell", fmt.Sprint(test.printed)))

			all, err := receiveAll(conn.Stdout(), receiveBytes)

			require.NoError(t, err)
			assert.True(t, bytes.Equal(pattern(test.printed), all), "the output differs")
			assert.Equal(t, fmt.Sprint(test.size), readAll(t, conn.Stderr()))
		})
	}
}
