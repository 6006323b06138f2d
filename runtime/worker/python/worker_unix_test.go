//go:build unix

package python

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTasksAreAnsweredInOrder(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	const tasks = 1000
	var burst []frame
	for i := range uint64(tasks) {
		burst = append(burst, frame{kind: task, id: i, payload: fmt.Sprintf("echo %d", i)})
	}
	s.say(burst...)
	for i := range uint64(tasks) {
		require.Equal(t, frame{kind: result, id: i, payload: fmt.Sprint(i)}, s.hear())
	}
	s.say(frame{kind: task, id: 7, payload: "nothing"}, frame{kind: shutdown})
	assert.Equal(t, frame{kind: result, id: 7}, s.hear())
	assert.Zero(t, s.end(), "%s", &s.stderr)
}

func TestErrorsAreAnswers(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, c := range []struct{ payload, text string }{
		{"raise bad luck", "ValueError: bad luck"},
		{"raise", "ValueError"},
		{"number", "TypeError: memoryview: a bytes-like object is required, not 'int'"},
		{fmt.Sprint("large ", limit), fmt.Sprintf("answer not sent: %d bytes, the limit of a frame is %d", limit, limit)},
	} {
		s.say(frame{kind: task, id: 1, payload: c.payload})
		assert.Equal(t, frame{kind: failure, id: 1, payload: c.text}, s.hear())
	}
	s.say(frame{kind: task, id: 2, payload: fmt.Sprint("large ", limit-14)})
	assert.Len(t, s.hear().payload, limit-14)
}

// A streamed task is an error, and costs neither the worker nor the tasks behind it.
func TestStreamedTaskIsAnsweredWithAnError(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	const piece, end, credit = 11, 12, 13
	s.say(frame{kind: task, id: 1, streamed: true}, frame{kind: credit, id: 1, payload: "\x00\x04\x00\x00"},
		frame{kind: piece, id: 1, payload: "a"}, frame{kind: end, id: 1}, frame{kind: task, id: 2, payload: "nothing"})
	assert.Equal(t, frame{kind: failure, id: 1, payload: "NotImplementedError: a streamed task; this SDK has none"}, s.hear())
	assert.Equal(t, frame{kind: result, id: 2}, s.hear())
}

func TestPingAndCancelWhileATaskRuns(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.say(frame{kind: task, id: 1, payload: "until-cancelled"}, frame{kind: task, id: 2, payload: "echo b"},
		frame{kind: task, id: 3, payload: "echo c"})
	s.begun()
	s.say(frame{kind: ping, id: 9})
	assert.Equal(t, frame{kind: pong, id: 9}, s.hear())
	s.say(frame{kind: cancel, id: 2}, frame{kind: cancel, id: 77})
	assert.Equal(t, frame{kind: revoked, id: 2}, s.hear(), "it had not begun")
	s.say(frame{kind: cancel, id: 1})
	assert.Equal(t, frame{kind: failure, id: 1, payload: "cancelled"}, s.hear())
	assert.Equal(t, frame{kind: result, id: 3, payload: "c"}, s.hear())
}

func TestOnlyWhatHasNotBegunIsGivenBack(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.say(frame{kind: task, id: 1, payload: "until-line"}, frame{kind: task, id: 2, payload: "echo b"})
	s.begun()
	s.say(frame{kind: revoke, id: 1}, frame{kind: revoke, id: 2}, frame{kind: ping, id: 3})
	assert.Equal(t, frame{kind: revoked, id: 2}, s.hear())
	assert.Equal(t, frame{kind: pong, id: 3}, s.hear())
	_, err := fmt.Fprintln(s.stdin, "go on")
	require.NoError(t, err)
	assert.Equal(t, frame{kind: result, id: 1, payload: "go on\n"}, s.hear(), "it was not cancelled")
}

// An answer is held back for those that follow, but not while one takes its
// time.
func TestNoAnswerWaitsBehindASlowTask(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.say(frame{kind: task, id: 1, payload: "echo a"}, frame{kind: task, id: 2, payload: "until-line"})
	s.begun()
	assert.Equal(t, frame{kind: result, id: 1, payload: "a"}, s.hear())
}

func TestSampledTaskIsTimed(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	traced := func(flags byte) []byte {
		block := append(make([]byte, 24), flags, 0, 3)
		block[0], block[16] = 1, 1
		return append(block, "a=b"...)
	}
	before := uint64(time.Now().UnixNano())
	s.say(frame{kind: task, id: 1, trace: traced(1), payload: "echo x"})
	assert.Equal(t, frame{kind: result, id: 1, payload: "x"}, s.hear())
	after := uint64(time.Now().UnixNano())
	assert.True(t, before <= s.times[0] && s.times[0] <= s.times[1] && s.times[1] <= after, "%v", s.times)
	s.say(frame{kind: task, id: 2, trace: traced(0), payload: "echo y"})
	assert.Equal(t, frame{kind: result, id: 2, payload: "y"}, s.hear())
	assert.Zero(t, s.times)
}

func TestWorkerEndsWithItsWire(t *testing.T) {
	t.Parallel()
	t.Run("idle", func(t *testing.T) {
		t.Parallel()
		s := start(t, nil)
		s.w.Close()
		assert.Zero(t, s.end(), "%s", &s.stderr)
	})
	t.Run("its task follows the cancel", func(t *testing.T) {
		t.Parallel()
		s := start(t, nil)
		s.say(frame{kind: task, id: 1, payload: "until-cancelled"}, frame{kind: task, id: 2, payload: "hang"})
		s.begun()
		s.w.Close()
		assert.Zero(t, s.end(), "%s", &s.stderr)
	})
	t.Run("its task does not", func(t *testing.T) {
		if testing.Short() {
			t.Skip("takes the grace of an orphan")
		}
		t.Parallel()
		s := start(t, nil)
		s.say(frame{kind: task, id: 1, payload: "hang"})
		s.begun()
		s.w.Close()
		assert.Zero(t, s.end(), "%s", &s.stderr)
	})
}

func TestHandlerCanExit(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.say(frame{kind: task, id: 1, payload: "echo a"}, frame{kind: task, id: 2, payload: "exit 5"})
	assert.Equal(t, frame{kind: result, id: 1, payload: "a"}, s.hear())
	assert.Equal(t, 5, s.end())
}

func TestWhatIsNotTheProtocolEndsTheWorker(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.say(frame{kind: pong, id: 1})
	assert.Equal(t, 1, s.end())
	assert.Contains(t, s.stderr.String(), "ProtocolError: unexpected kind 7")
}

func TestNothingOfTheWireIsHandedOn(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.say(frame{kind: task, id: 1, payload: "environ"})
	assert.NotContains(t, s.hear().payload, "BROOD_W")
	if _, err := os.Stat("/proc/self/fd"); err == nil {
		s.say(frame{kind: task, id: 2, payload: "descriptors"})
		assert.Equal(t, "0 1 2 3", strings.Join(strings.Fields(s.hear().payload), " "), "3 is the directory")
	}
}

func TestTheNewestTaskThatBeganIsMarked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mark")
	require.NoError(t, os.WriteFile(path, make([]byte, 16), 0o600))
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	defer file.Close()
	word := func(at int) uint64 {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		return binary.LittleEndian.Uint64(content[at:])
	}
	mark := func() uint64 { return word(0) }
	s := start(t, file)
	assert.EqualValues(t, 1, mark(), "it marks, and nothing has begun")
	const id = 1<<40 + 5
	s.say(frame{kind: task, id: id, payload: "until-line"}, frame{kind: task, id: id + 1, payload: "echo b"})
	s.begun()
	assert.EqualValues(t, id+1, mark())
	_, err = fmt.Fprintln(s.stdin)
	require.NoError(t, err)
	s.hear()
	s.hear()
	assert.EqualValues(t, id+2, mark())
	assert.NotZero(t, word(8), "it says how long it worked")
}

func TestFileIsWrittenWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 { // the second time it is there
		require.NoError(t, WriteTo(dir))
		content, err := os.ReadFile(filepath.Join(dir, FileName))
		require.NoError(t, err)
		assert.Equal(t, Source(), string(content))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, FileName), []byte("old"), 0o600))
	require.NoError(t, WriteTo(dir))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
	assert.ErrorIs(t, WriteTo(filepath.Join(dir, "none")), os.ErrNotExist)
}
