package health

import (
	"strconv"
	"time"
)

// OpenSocket makes the child's notification socket, if one of its probes wants
// one, and returns the variables with which the child finds it. It is to be
// called behind the Opens and before the start. Close must be called then.
func (c *Child) OpenSocket() (map[string]string, error) {
	n := &c.notify
	if !n.wanted {
		return nil, nil
	}
	address, err := n.socket.open()
	if err != nil {
		return nil, err
	}
	vars := map[string]string{"NOTIFY_SOCKET": address}
	if n.watchdog > 0 {
		vars["WATCHDOG_USEC"] = strconv.FormatInt(n.watchdog.Microseconds(), 10)
	}
	return vars, nil
}

// HasSocket reports whether the child has a notification socket, so that Serve
// has something to do.
func (c *Child) HasSocket() bool { return c.notify.wanted }

// Serve takes what the child says on its socket, until Close. PID must be set.
func (c *Child) Serve() {
	n := &c.notify
	for {
		text, sender, ok, err := n.socket.receive()
		switch {
		case err != nil:
			return // closed
		case ok && (sender == c.PID || n.members && sender > 0 && isMember(sender, c.PID)):
			n.receive(text, time.Now())
		default:
			n.ignore()
		}
	}
}

// Close ends Serve, and the socket. Again, or without a socket, it does nothing.
// A socket that is opened later has a Close of its own to wait for.
func (c *Child) Close() { c.notify.socket.close() }
