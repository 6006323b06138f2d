package health

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Notify proves readiness by READY=1 on the child's notification socket, as
// sd_notify(3) sends it. The child finds the socket's name in the environment
// variable NOTIFY_SOCKET. It may also send STATUS= with a text, STOPPING=1 when
// it has begun to end, and EXTEND_TIMEOUT_USEC= with the time from now that it
// still needs until READY=1. What else it sends has no effect. Linux only.
type Notify struct {
	// MembersMayNotify accepts datagrams also from the child's session and its
	// descendants. A sender that has ended when its datagram is looked at is
	// not known to be one. Zero: only the child itself.
	MembersMayNotify bool

	onlyProof
}

var _ Probe = Notify{}

// Validate returns an error that matches errors.ErrUnsupported on other systems
// than Linux.
func (p Notify) Validate() error { return notifySupport() }

// Open prepares to look at one incarnation.
func (p Notify) Open(child *Child) func(context.Context) error {
	n := child.notify.want(p.MembersMayNotify)
	return func(ctx context.Context) error {
		select {
		case <-n.ready:
			return nil
		case <-ctx.Done():
			return errors.New("no READY=1")
		}
	}
}

// Watchdog finds a child unresponsive that does not say WATCHDOG=1 on its
// notification socket again and again; WATCHDOG=trigger does that at once. The
// child finds the time in the environment variable WATCHDOG_USEC, and should
// say so twice in it. WATCHDOG_PID is not set: it is optional, and the process
// id is not known before the start. Linux only.
type Watchdog struct {
	// Within is the longest time between two.
	Within time.Duration
	// MembersMayNotify is as Notify's.
	MembersMayNotify bool

	onlyCheck
}

var (
	_ Probe   = Watchdog{}
	_ patient = Watchdog{}
)

func (p Watchdog) patience() time.Duration { return p.Within }

// Validate returns everything that is wrong with the probe, or nil. On other
// systems than Linux the error matches errors.ErrUnsupported.
func (p Watchdog) Validate() error {
	return errors.Join(fault(p.Within < time.Millisecond, "Within is %s", p.Within), notifySupport())
}

// Open prepares to look at one incarnation.
func (p Watchdog) Open(child *Child) func(context.Context) error {
	n := child.notify.want(p.MembersMayNotify)
	if n.watchdog == 0 || p.Within < n.watchdog {
		n.watchdog = p.Within
	}
	var began time.Time // not before the child is ready
	return func(context.Context) error {
		if began.IsZero() {
			began = time.Now()
		}
		return n.starved(began, time.Now(), p.Within)
	}
}

// notify is a child's notification socket and what came on it.
type notify struct {
	wanted   bool
	members  bool          // may notify
	watchdog time.Duration // in WATCHDOG_USEC; 0: none
	ready    chan struct{} // closed at READY=1
	socket   notifySocket

	mu sync.Mutex
	Notified
	fed       time.Time // at the last WATCHDOG=1
	triggered bool      // WATCHDOG=trigger
	extended  time.Time // until when the start may take; zero: as it is
}

// Notified is what a child has said of itself.
type Notified struct {
	// Status is the text of its last STATUS=.
	Status string
	// Stopping is when it said STOPPING=1; zero: it did not.
	Stopping time.Time
	// Ignored counts the datagrams that were malformed, too large, or not from
	// the child.
	Ignored uint64
}

func (n *notify) want(members bool) *notify {
	n.wanted = true
	n.members = n.members || members
	if n.ready == nil {
		n.ready = make(chan struct{})
	}
	return n
}

func (n *notify) starved(began, now time.Time, within time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	last := began
	if n.fed.After(last) {
		last = n.fed
	}
	switch {
	case n.triggered:
		return fmt.Errorf("it said WATCHDOG=trigger: %w", ErrUnresponsive)
	case now.Sub(last) > within:
		return fmt.Errorf("no WATCHDOG=1 for %s: %w", now.Sub(last).Round(time.Millisecond), ErrUnresponsive)
	}
	return nil
}

// Notified returns what the child has said of itself.
func (c *Child) Notified() Notified {
	c.notify.mu.Lock()
	defer c.notify.mu.Unlock()
	return c.notify.Notified
}

// Extension returns how much longer than now the child's start may take because
// it asked for that; zero or less: not at all.
func (c *Child) Extension(now time.Time) time.Duration {
	c.notify.mu.Lock()
	defer c.notify.mu.Unlock()
	if c.notify.extended.IsZero() {
		return 0
	}
	return c.notify.extended.Sub(now)
}

// MaxNotifyBytes is the longest datagram that is accepted.
const MaxNotifyBytes = 4096

// longestExtension is the most that one EXTEND_TIMEOUT_USEC can ask for.
const longestExtension = time.Hour

// receive takes a datagram that the child has sent at the given time.
func (n *notify) receive(datagram string, at time.Time) {
	said, err := parseNotification(datagram)
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil {
		n.Ignored++
		return
	}
	if said.ready && !isClosed(n.ready) {
		close(n.ready)
	}
	if said.stopping && n.Stopping.IsZero() {
		n.Stopping = at
	}
	if said.alive {
		n.fed = at
	}
	n.triggered = n.triggered || said.trigger
	if said.extend > 0 {
		n.extended = at.Add(said.extend)
	}
	if said.hasStatus {
		n.Status = said.status
	}
}

func (n *notify) ignore() {
	n.mu.Lock()
	n.Ignored++
	n.mu.Unlock()
}

// notification is the content of a datagram.
type notification struct {
	ready, stopping, alive, trigger bool
	extend                          time.Duration
	status                          string
	hasStatus                       bool
}

var errMalformed = errors.New("malformed notification")

// parseNotification reads assignments, one a line. Those it does not know are
// for others.
func parseNotification(datagram string) (said notification, err error) {
	if datagram == "" || strings.IndexByte(datagram, 0) >= 0 {
		return said, errMalformed
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(datagram, "\n"), "\n") {
		key, value, ok := strings.Cut(line, "=")
		if !ok || key == "" {
			return notification{}, errMalformed
		}
		switch key {
		case "READY":
			said.ready = value == "1"
		case "STOPPING":
			said.stopping = value == "1"
		case "WATCHDOG":
			said.alive, said.trigger = value == "1", value == "trigger"
		case "STATUS":
			said.status, said.hasStatus = strings.ToValidUTF8(value, "\uFFFD"), true
		case "EXTEND_TIMEOUT_USEC":
			usec, err := strconv.ParseUint(value, 10, 63)
			if err != nil {
				return notification{}, errMalformed
			}
			said.extend = min(time.Duration(min(usec, uint64(longestExtension/time.Microsecond)))*time.Microsecond, longestExtension)
		}
	}
	return said, nil
}
