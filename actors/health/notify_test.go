package health

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestNotificationIsParsed(t *testing.T) {
	for text, want := range map[string]notification{
		"READY=1":                               {ready: true},
		"READY=1\n":                             {ready: true},
		"READY=0":                               {},
		"STATUS=":                               {hasStatus: true},
		"STATUS=a=b\nREADY=1":                   {ready: true, status: "a=b", hasStatus: true},
		"STATUS=\xff":                           {status: "\uFFFD", hasStatus: true},
		"STOPPING=1":                            {stopping: true},
		"WATCHDOG=1":                            {alive: true},
		"WATCHDOG=trigger":                      {trigger: true},
		"EXTEND_TIMEOUT_USEC=2500000":           {extend: 2500 * time.Millisecond},
		"EXTEND_TIMEOUT_USEC=99999999999999999": {extend: time.Hour},
		"MAINPID=1\nBARRIER=1\nX_OWN=7":         {},
	} {
		got, err := parseNotification(text)
		assert.NoError(t, err, "%q", text)
		assert.Equal(t, want, got, "%q", text)
	}
	for _, text := range []string{"", "READY", "=1", "READY=1\n\nSTATUS=x", "READY=1\x00", "EXTEND_TIMEOUT_USEC=-1",
		"READY=1\nEXTEND_TIMEOUT_USEC=soon", "EXTEND_TIMEOUT_USEC="} {
		got, err := parseNotification(text)
		assert.Error(t, err, "%q", text)
		assert.Zero(t, got, "%q", text)
	}
}

func FuzzNotification(f *testing.F) {
	f.Add("READY=1\nSTATUS=x\nEXTEND_TIMEOUT_USEC=5")
	f.Fuzz(func(t *testing.T, text string) {
		said, err := parseNotification(text)
		if err != nil {
			assert.Zero(t, said)
		}
		assert.LessOrEqual(t, said.extend, longestExtension)
		assert.GreaterOrEqual(t, said.extend, time.Duration(0))
	})
}

func TestWatchdogStarves(t *testing.T) {
	n := new(notify).want(false)
	began := time.Unix(1000, 0)
	at := func(seconds int) error {
		return n.starved(began, began.Add(time.Duration(seconds)*time.Second), 10*time.Second)
	}
	assert.NoError(t, at(10))
	assert.EqualError(t, at(11), "no WATCHDOG=1 for 11s: unresponsive")
	n.receive("WATCHDOG=1", began.Add(11*time.Second))
	assert.NoError(t, at(21))
	assert.ErrorIs(t, at(22), ErrUnresponsive)
	n.receive("WATCHDOG=1", began.Add(22*time.Second))
	n.receive("WATCHDOG=trigger", began.Add(22*time.Second))
	assert.EqualError(t, at(22), "it said WATCHDOG=trigger: unresponsive")
}

func TestWhatIsSaidIsKept(t *testing.T) {
	c := &Child{}
	n := c.notify.want(false)
	now := time.Unix(1000, 0)
	n.receive("STATUS=loading\nEXTEND_TIMEOUT_USEC=3000000", now)
	n.receive("nonsense", now)
	n.receive("STOPPING=1", now.Add(time.Second))
	n.receive("STOPPING=1", now.Add(2*time.Second))
	assert.Equal(t, Notified{Status: "loading", Stopping: now.Add(time.Second), Ignored: 1}, c.Notified())
	assert.Equal(t, 2*time.Second, c.Extension(now.Add(time.Second)))
	assert.Zero(t, new(Child).Extension(now))
	assert.False(t, isClosed(n.ready))
	n.receive("READY=1", now)
	n.receive("READY=1", now)
	assert.True(t, isClosed(n.ready))
}
