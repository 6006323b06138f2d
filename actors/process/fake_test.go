package process

import (
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"brood/ptyio"
)

// fake is a child in memory, which ends as a test says.
type fake struct {
	level   ptyio.Level
	holders []int
	deaf    bool // it survives KILL
	onKill  ptyio.Exit
	stdout  *fakeOutput // nil: it goes elsewhere

	mu    sync.Mutex
	ended bool
	exit  ptyio.Exit
	last  []func(ptyio.Exit, error)
}

var _ ptyio.Conn = (*fake)(nil)

func (f *fake) Start(ptyio.Command) (ptyio.Conn, error) { return f, nil }

func (f *fake) PID() int           { return 4711 }
func (f *fake) Level() ptyio.Level { return f.level }

// end is the child's end.
func (f *fake) end(exit ptyio.Exit) {
	f.mu.Lock()
	first := !f.ended
	if first {
		f.ended, f.exit = true, exit
	}
	last := f.last
	f.mu.Unlock()
	if first {
		for _, tell := range last {
			tell(exit, nil)
		}
	}
}

func (f *fake) OnExit(tell func(ptyio.Exit, error)) {
	f.mu.Lock()
	ended := f.ended
	if !ended {
		f.last = append(f.last, tell)
	}
	f.mu.Unlock()
	if ended {
		tell(f.exit, nil)
	}
}

func (f *fake) Signal(syscall.Signal) error {
	return nil
}

func (f *fake) Kill() error {
	if !f.deaf {
		f.end(f.onKill)
	}
	return nil
}

func (f *fake) Stdout() ptyio.Output {
	if f.stdout == nil {
		return nil
	}
	return f.stdout
}

func (f *fake) Close() error {
	if f.stdout != nil {
		f.stdout.close()
	}
	return nil
}

func (f *fake) Stderr() ptyio.Output                   { return nil }
func (f *fake) Write(p []byte) (int, error)            { return len(p), nil }
func (f *fake) SetWriteDeadline(time.Time) error       { return nil }
func (f *fake) CloseStdin() error                      { return nil }
func (f *fake) Resize(ptyio.Size) error                { return nil }
func (f *fake) Wait() (ptyio.Exit, error)              { panic("the actor does not wait") }
func (f *fake) Stop(time.Duration) (ptyio.Exit, error) { panic("the actor does not wait") }
func (f *fake) Holders() []int                         { return f.holders }
func newFakeOutput() *fakeOutput                       { return &fakeOutput{closed: make(chan struct{})} }
func (o *fakeOutput) Read([]byte) (int, error)         { panic("the actor receives") }
func (o *fakeOutput) SetReadDeadline(time.Time) error  { return nil }
func (o *fakeOutput) close()                           { o.once.Do(func() { close(o.closed) }) }

// fakeOutput prints text, and then nothing until it is closed.
type fakeOutput struct {
	text   []byte
	ends   bool // after text
	once   sync.Once
	closed chan struct{}
}

func (o *fakeOutput) Receive(limit int, f func([]byte)) error {
	if n := min(limit, len(o.text)); n > 0 {
		text := o.text[:n]
		o.text = o.text[n:]
		f(text)
		return nil
	}
	if o.ends {
		return io.EOF
	}
	<-o.closed
	return os.ErrClosed
}
