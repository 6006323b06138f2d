package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"brood/actors/protocol"
	"brood/ptyio/codec"
	"brood/telemetry"
)

const (
	// What is read at once: twice as much as long as that is filled.
	readBytes     = 16 << 10
	readMostBytes = 64 << 10
	// orphanGrace is how long a handler may go on when the pool is gone.
	orphanGrace = 5 * time.Second
)

// server answers the tasks of one wire. The goroutine of Serve both reads and
// handles, so that a quick task costs no switch of goroutines. A second one, the
// listener, waits for the bell, and reads what it was rung for if the first does not:
// pings are answered and cancels followed while a task is handled.
type server struct {
	handle Handler
	// handleStream is there instead of handle.
	handleStream StreamHandler
	name         string
	recorder     *telemetry.Recorder
	in           io.ReadCloser
	decoder      protocol.Decoder // belongs to whoever reads
	want         int              // bytes to read at once, likewise
	out          writer
	mark         mark

	mu      sync.Mutex
	more    sync.Cond
	queue   jobQueue
	current *job   // with the handler
	alone   bool   // it is all of its stretch, as far as was known when the handler got it
	free    []*job // to be used again
	reading bool   // somebody reads
	heard   int    // frames that the bell was rung for and that were read
	rung    int    // how often it was
	closing error  // why no more tasks will come
	over    bool   // the handler's goroutine has ended

	stretch stretch          // the handler's goroutine's, too
	made    maker            // of what handlers get
	reply   protocol.Message // the handler's goroutine's

	bell      bell // nil: it is as if it was rung all the time
	listening sync.WaitGroup

	watch    watch
	orphaned *time.Timer // ends the process of a handler that does not end
}

// errShutdown is the good reason for which no more tasks come.
var errShutdown = errors.New("worker: shutdown")

func newServer(handle Handler, name string, in io.ReadCloser, out io.Writer, link protocol.Link) *server {
	s := &server{
		handle:   handle,
		name:     name,
		recorder: telemetry.New(nil, 0),
		want:     readBytes,
		in:       in,
	}
	s.more.L = &s.mu
	s.out.w, s.out.incarnation = out, link.Incarnation
	s.out.encoder, s.decoder = protocol.Wire{LimitBytes: link.LimitBytes}.Open()
	return s
}

func (s *server) hello() error {
	return s.out.send(&protocol.Message{Kind: protocol.Hello, Payload: protocol.HelloPayload("go")}, true)
}

// serve handles tasks until there are no more, and closes what it reads.
func (s *server) serve() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.watch.timer = newTimer(s.lookAtHandler)
	s.orphaned = newTimer(func() { Exit(ErrPoolGone) })
	defer s.watch.timer.Stop()
	defer s.orphaned.Stop()
	s.listening.Go(func() { s.listen(ctx) })
	defer s.stopListening()
	for {
		j, err := s.next(ctx)
		if err == nil && j != nil {
			err = s.answer(j)
		}
		if err != nil || j == nil {
			return s.result(err)
		}
	}
}

// result is what Serve returns: why the reading ended says more than what then
// went wrong with the writing.
func (s *server) result(written error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.more.Broadcast()
	switch {
	case s.closing != nil && !errors.Is(s.closing, errShutdown):
		return s.closing
	case written != nil:
		return fmt.Errorf("worker: write: %w", written)
	}
	return nil
}

// newTimer returns a timer that is not set.
func newTimer(f func()) *time.Timer {
	t := time.AfterFunc(time.Hour, f)
	t.Stop()
	return t
}

// next returns the next job. If none waits it writes the answers that were
// held back, and reads, unless somebody else does. It returns nil when there
// will be none.
func (s *server) next(ctx context.Context) (*job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	waited := s.queue.empty()
	if waited {
		s.mu.Unlock()
		s.watch.idles()
		s.mark.tell(s.stretch.end())
		err := s.out.flush()
		s.mu.Lock()
		if err != nil {
			return nil, err
		}
	}
	for s.queue.empty() {
		switch {
		case s.closing != nil:
			return nil, nil
		case s.reading:
			s.more.Wait()
		default:
			s.readLocked(ctx)
		}
	}
	if waited {
		s.stretch.begin()
	}
	s.current = s.queue.pop()
	s.alone = s.queue.empty() && s.stretch.tasks == 0
	return s.current, nil
}

// answer lets the handler work on a job. The answer is held back until no job
// waits, so that a burst costs few writes, or until the watch rings.
func (s *server) answer(j *job) error {
	s.watch.began(!s.alone)
	answer := s.run(j)
	s.watch.ended()
	s.stretch.tasks++
	j.ctx.end()
	if j.stream != nil {
		j.stream.end()
	}
	err := s.out.send(answer, false)
	if errors.Is(err, codec.ErrTooLarge) {
		err = s.out.send(tooLarge(answer, err), false)
	}
	s.mu.Lock()
	s.current = nil
	if j.stream == nil && !j.kept {
		*j = job{}
		s.free = append(s.free, j)
	}
	s.mu.Unlock()
	return err
}

func tooLarge(answer *protocol.Message, err error) *protocol.Message {
	answer.Kind, answer.Payload = protocol.Error, []byte("answer not sent: "+err.Error())
	return answer
}
