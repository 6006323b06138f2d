package health

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

func notifySupport() error { return nil }

// notifySocket is a datagram socket in the abstract namespace.
type notifySocket struct {
	mu   sync.Mutex
	conn *net.UnixConn
	buf  []byte
	oob  []byte
}

// open returns the socket's address as NOTIFY_SOCKET has it.
func (s *notifySocket) open() (string, error) {
	address := fmt.Sprintf("@brood-notify-%d-%s", os.Getpid(), rand.Text())
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		return "", err
	}
	raw, err := conn.SyscallConn()
	if err == nil {
		var bad error
		err = raw.Control(func(fd uintptr) {
			bad = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1)
		})
		if err == nil {
			err = os.NewSyscallError("setsockopt", bad)
		}
	}
	if err != nil {
		conn.Close()
		return "", err
	}
	s.mu.Lock()
	s.conn = conn
	s.mu.Unlock()
	return address, nil
}

func (s *notifySocket) close() {
	s.mu.Lock()
	conn := s.conn
	s.mu.Unlock()
	if conn != nil {
		_ = conn.Close() // again answers with an error
	}
}

// receive waits for a datagram. Not ok: it was too large, or has no sender.
// Descriptors that come with it are closed by the kernel: there is no room for
// them behind the credentials.
func (s *notifySocket) receive() (text string, sender int, ok bool, err error) {
	if s.buf == nil {
		s.buf = make([]byte, MaxNotifyBytes)
		s.oob = make([]byte, unix.CmsgSpace(unix.SizeofUcred))
	}
	n, oobn, flags, _, err := s.conn.ReadMsgUnix(s.buf, s.oob)
	if err != nil {
		return "", 0, false, err
	}
	if flags&unix.MSG_TRUNC != 0 {
		return "", 0, false, nil
	}
	return string(s.buf[:n]), senderIn(s.oob[:oobn]), true, nil
}

// senderIn returns the process id in the credentials, 0 if there are none.
func senderIn(oob []byte) int {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return 0
	}
	for i := range messages {
		if cred, err := unix.ParseUnixCredentials(&messages[i]); err == nil {
			return int(cred.Pid)
		}
	}
	return 0
}

// farthest is how many generations of descendants are looked through.
const farthest = 64

// isMember reports whether a process is in the child's session, which the child
// leads, or descends from it.
func isMember(pid, child int) bool {
	for range farthest {
		if pid == child {
			return true
		}
		content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			return false
		}
		k, ok := parseKernelStat(content)
		if ok && k.session == child {
			return true
		}
		if !ok || k.parent <= 1 {
			return false
		}
		pid = k.parent
	}
	return false
}
