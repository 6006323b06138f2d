package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"brood/actors/protocol"
	"brood/telemetry"
)

// EnvName is the environment variable that says as which worker a program was
// started.
const EnvName = "BROOD_WORKER"

// ErrNotAWorker says that the program was not started with a wire, as by a
// pool.
var ErrNotAWorker = errors.New("worker: not started by a pool")

// ErrPoolGone says that the wire ended without a shutdown: the process that
// owned the pool is gone.
var ErrPoolGone = errors.New("worker: pool is gone")

// Handler answers one task. The context ends when the task is cancelled or the
// pool is gone, and carries the trace context of the task. payload belongs to
// the handler. An error is sent to the caller as its text.
type Handler func(ctx context.Context, payload []byte) ([]byte, error)

// Name returns the name under which the program was started as a worker of
// itself, or "" if it was not.
func Name() string { return os.Getenv(EnvName) }

// Serve tells the pool that the worker is ready and answers tasks with handle,
// one at a time in the order of their arrival, until the pool asks it to shut
// down; then it answers what it has and returns nil. It returns ErrNotAWorker,
// ErrPoolGone, or what went wrong on the wire. It can be called once. It takes
// the worker's environment variables out of the environment, so that programs
// which the handler starts do not mistake themselves for workers.
func Serve(handle Handler) error {
	return serveWith(handle, nil)
}

func serveWith(handle Handler, streams StreamHandler) error {
	name := spanName() // before it is taken out of the environment
	link, err := takeLink()
	if err != nil {
		return err
	}
	in, out, err := openLink(link)
	if err != nil {
		return err
	}
	defer out.Close()
	s := newServer(handle, name, in, out, link)
	s.handleStream = streams
	s.bell = openBell(link.Bell)
	s.mark = openMark(link.Mark)
	defer s.mark.close()
	if err := s.hello(); err != nil {
		s.stopListening() // nobody has begun to
		return err
	}
	return s.serve()
}

// spanName is the destination of the handler's spans.
func spanName() string {
	if name := Name(); name != "" {
		return name
	}
	return filepath.Base(os.Args[0])
}

// Exit ends the process: with status 0 if err is nil or the pool is gone, else
// with status 1 and err on stderr.
func Exit(err error) {
	if err == nil || errors.Is(err, ErrPoolGone) {
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func takeLink() (protocol.Link, error) {
	value := os.Getenv(protocol.EnvWire)
	if value == "" {
		return protocol.Link{}, ErrNotAWorker
	}
	os.Unsetenv(protocol.EnvWire)
	os.Unsetenv(EnvName)
	return protocol.ParseLink(value)
}

// run lets the handler answer a job and returns the answer's message.
func (s *server) run(j *job) *protocol.Message {
	m := &j.message
	s.reply = protocol.Message{Kind: protocol.Result, Incarnation: m.Incarnation, ID: m.ID}
	answer := &s.reply
	span := s.recorder.Start(m.Trace, telemetry.HopHandle, s.name)
	if sc := span.Onward(m.Trace); sc.IsValid() {
		j.ctx.carry(sc)
	}
	// Who has an SDK records the handling; the parent does it for a worker
	// that has none, and needs its times.
	timed := m.Trace.IsSampled() && !s.recorder.Enabled()
	if timed {
		answer.Began = time.Now().UnixNano()
	}
	s.mark.begin(m.ID)
	payload, err := s.work(j)
	if timed {
		answer.Ended = time.Now().UnixNano()
	}
	span.End(err)
	answer.Payload = payload
	if err != nil {
		answer.Kind, answer.Payload = protocol.Error, []byte(err.Error())
	}
	return answer
}
