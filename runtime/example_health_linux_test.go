package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"brood/actors"
	"brood/runtime"
)

// freeAddress returns an address on which nobody listens.
func freeAddress() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A web server in Python is ready when it answers, and is started again when it
// does not any more.
func ExampleProcessSpec_ready() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	address := freeAddress()
	host, port, _ := net.SplitHostPort(address)
	answers := runtime.HTTPProbe{URL: "http://" + address + "/"}
	server, err := rt.Start(ctx, runtime.ProcessSpec{
		Command: runtime.Command{Path: "python3", Args: []string{"-m", "http.server", "--bind", host, port}},
		Ready:   answers,
		Health:  []runtime.Check{{Probe: answers, Interval: time.Second}},
	})
	if err != nil {
		log.Fatal(err)
	}
	// Start returns when it is ready: no waiting and no trying again here.
	answer, err := http.Get("http://" + address + "/")
	if err != nil {
		log.Fatal(err)
	}
	answer.Body.Close()
	fmt.Println(answer.Status, server.Health().Restarts)
	// Output: 200 OK 0
}

// dog says that it is ready, feeds its watchdog ten times, and then hangs.
const dog = `
import os, socket, time
def say(text):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.connect("\0" + os.environ["NOTIFY_SOCKET"][1:])
    s.send(text)
say(b"READY=1\nSTATUS=barking")
for _ in range(10):
    say(b"WATCHDOG=1")
    time.sleep(int(os.environ["WATCHDOG_USEC"]) / 1e6 / 10)
time.sleep(1000)
`

// A child that promises to say WATCHDOG=1 again and again, as a service of
// systemd does, is ended when it does not keep its word. Its supervisor starts
// it again.
func ExampleProcess_Health_watchdog() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	child, err := rt.Start(ctx, runtime.ProcessSpec{
		Command: runtime.Command{Path: "python3", Args: []string{"-c", dog}},
		Ready:   runtime.NotifyProbe{},
		Health:  []runtime.Check{{Probe: runtime.WatchdogProbe{Within: 300 * time.Millisecond}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(child.Health().Notified.Status)
	for child.Health().Restarts == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	end := child.Health().LastExit
	var why *runtime.UnhealthyError
	fmt.Println(end.Reason == actors.ReasonUnhealthy, errors.As(end.Err, &why), why.Check)
	// Output:
	// barking
	// true true watchdog
}
