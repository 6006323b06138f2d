//go:build unix

package process

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/ptyio"
)

// app is a child that does what its arguments say, and then what the lines of
// its stdin say: each is a deed, with a word behind it.
func app() {
	for _, deed := range os.Args[1:] {
		act(deed)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		act(lines.Text())
	}
}

var sick atomic.Bool

func act(deed string) {
	verb, rest, _ := strings.Cut(deed, " ")
	switch verb {
	case "print":
		fmt.Println(rest)
	case "complain":
		fmt.Fprintln(os.Stderr, rest)
	case "tcp", "unix":
		listen(verb, rest)
	case "deaf-unix": // listens no longer
		must(os.Remove(rest))
	case "http":
		serveHTTP(rest)
	case "sick":
		sick.Store(true)
	case "write":
		must(os.WriteFile(rest, nil, 0o600))
	case "remove":
		must(os.Remove(rest))
	case "notify":
		notify(strings.ReplaceAll(rest, "|", "\n"))
	case "feed":
		go feed(rest)
	case "refuse-to-end":
		signal.Ignore(syscall.SIGTERM)
	case "exit":
		code, _ := strconv.Atoi(rest)
		os.Exit(code)
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
}

func listen(network, address string) {
	l, err := net.Listen(network, address)
	must(err)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
}

func serveHTTP(address string) {
	l, err := net.Listen("tcp", address)
	must(err)
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if sick.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}))
	}()
}

func notify(text string) {
	conn, err := net.Dial("unixgram", os.Getenv("NOTIFY_SOCKET"))
	must(err)
	defer conn.Close()
	_, err = conn.Write([]byte(text))
	must(err)
}

// feed feeds the watchdog, or says something, twice in each of its times.
func feed(what string) {
	for {
		if what == "stdout" {
			fmt.Println("alive")
			time.Sleep(50 * time.Millisecond)
			continue
		}
		usec, err := strconv.Atoi(os.Getenv("WATCHDOG_USEC"))
		must(err)
		notify("WATCHDOG=1")
		time.Sleep(time.Duration(usec) * time.Microsecond / 2)
	}
}

func appWith(t *testing.T, deeds ...string) ptyio.Command {
	cmd := self(t, "app")
	cmd.Args = deeds
	return cmd
}

// tell has the app do something.
func (h *host) tell(deed string) {
	h.t.Helper()
	require.NoError(h.t, h.do(&actors.Write{Data: []byte(deed + "\n")}))
}

// freePort returns an address on which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
