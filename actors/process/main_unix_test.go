//go:build unix

package process

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/actors/protocol"
	"brood/runtime/worker"
	"brood/tests/leak"
)

// envRole makes the test binary a child: what it then does is one of roles.
const envRole = "PROCESS_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := roles[os.Getenv(envRole)]; role != nil {
		role()
		os.Exit(0)
	}
	os.Exit(leak.Run(m))
}

var roles = map[string]func(){
	"worker": func() { worker.Exit(worker.Serve(handle)) },
	"phased": phased,
	"worker-without-int": func() {
		signal.Ignore(syscall.SIGINT)
		worker.Exit(worker.Serve(handle))
	},
	"tough-worker": func() {
		signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
		worker.Exit(worker.Serve(handle))
	},
	"worker-without-mark": func() {
		fields := strings.Split(os.Getenv(protocol.EnvWire), ":")
		fields[5] = "0"
		os.Setenv(protocol.EnvWire, strings.Join(fields, ":"))
		worker.Exit(worker.Serve(handle))
	},
	"cat":        func() { _, _ = io.Copy(os.Stdout, os.Stdin) },
	"exit3":      func() { fmt.Fprintln(os.Stderr, "out of cheese"); os.Exit(3) },
	"deaf":       func() { select {} },
	"flood":      flood,
	"tough":      tough,
	"late-hello": func() { select {} },
	"app":        app,
	"garbage":    func() { _, _ = wireOut().Write([]byte("GET / HTTP/1.1\r\nHost: example\r\n\r\n")); select {} },
	"version": func() {
		sayHello(99)
		select {}
	},
	"half-frame": halfFrame,
	"unknown-id": unknownID,
	"close-wire": func() {
		sayHello(protocol.Version)
		wireOut().Close()
		select {}
	},
	"mute-worker": func() { // it marks, takes a task, and begins and says nothing
		writeMark(protocol.MarkNone)
		sayHello(protocol.Version)
		readTask()
		fmt.Println("got it")
		select {}
	},
	"deaf-worker": func() { sayHello(protocol.Version); select {} },
	"early-result": func() {
		out, link := wireOut(), link()
		_, _ = out.Write(frame(protocol.Message{Kind: protocol.Result, ID: 1, Incarnation: link.Incarnation}))
		select {}
	},
}

// handle is the worker's: the payload says what to do.
func handle(ctx context.Context, payload []byte) ([]byte, error) {
	verb, rest, _ := strings.Cut(string(payload), " ")
	switch verb {
	case "fail":
		return nil, errors.New(rest)
	case "die":
		os.Exit(7)
	case "print":
		fmt.Print(rest)
		return []byte("printed"), nil
	case "wait":
		<-ctx.Done()
		return nil, ctx.Err()
	case "begin-and-wait":
		fmt.Println("begun")
		<-ctx.Done()
		return nil, ctx.Err()
	case "ignore-cancel":
		fmt.Println("begun")
		select {}
	case "big":
		return make([]byte, protocol.DefaultLimitBytes+1), nil
	}
	return payload, nil
}

func flood() {
	line := bytes.Repeat([]byte("x"), 64<<10)
	for {
		if _, err := os.Stdout.Write(line); err != nil {
			return
		}
	}
}

// tough ignores what asks it to end.
func tough() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP)
	fmt.Println("ready")
	select {}
}

func link() protocol.Link {
	l, err := protocol.ParseLink(os.Getenv(protocol.EnvWire))
	if err != nil {
		panic(err)
	}
	return l
}

func wireOut() *os.File { return os.NewFile(uintptr(link().Out), "out") }

func frame(m protocol.Message) []byte {
	encoder, _ := protocol.Wire{}.Open()
	buf, err := encoder.Encode(nil, &m)
	if err != nil {
		panic(err)
	}
	return buf
}

func writeMark(m protocol.Mark) {
	b := binary.LittleEndian.AppendUint64(nil, uint64(m))
	if _, err := os.NewFile(uintptr(link().Mark), "mark").WriteAt(b, 0); err != nil {
		panic(err)
	}
}

func sayHello(version uint16) {
	payload := append(binary.BigEndian.AppendUint16(nil, version), "test"...)
	_, _ = wireOut().Write(frame(protocol.Message{Kind: protocol.Hello, Incarnation: link().Incarnation, Payload: payload}))
}

// readTask waits for one whole task.
func readTask() protocol.Message {
	in := bufio.NewReader(os.NewFile(uintptr(link().In), "in"))
	_, decoder := protocol.Wire{}.Open()
	var m protocol.Message
	for {
		n, err := in.Read(decoder.Space(4096))
		decoder.Advance(n)
		if ok, bad := decoder.Next(&m); ok || bad != nil || err != nil {
			return m
		}
	}
}

// halfFrame dies in the middle of its answer.
func halfFrame() {
	sayHello(protocol.Version)
	task := readTask()
	answer := frame(protocol.Message{Kind: protocol.Result, ID: task.ID, Incarnation: task.Incarnation, Payload: []byte("whole")})
	_, _ = wireOut().Write(answer[:len(answer)-2])
	os.Exit(5)
}

func unknownID() {
	sayHello(protocol.Version)
	task := readTask()
	_, _ = wireOut().Write(frame(protocol.Message{Kind: protocol.Result, ID: task.ID + 1, Incarnation: task.Incarnation}))
	time.Sleep(time.Hour)
}
