package ptyiotest

import (
	"errors"
	"io"
	"slices"
	"syscall"
	"time"

	"brood/ptyio"
)

// broken is a transport with one fault: wrap puts it around a good Conn.
type broken struct {
	good   ptyio.Transport
	spoil  func(cmd ptyio.Command) ptyio.Command // nil: nothing
	wrap   func(conn ptyio.Conn) ptyio.Conn      // nil: nothing
	reword func(err error) error                 // nil: nothing
}

func (b broken) Start(cmd ptyio.Command) (ptyio.Conn, error) {
	if b.spoil != nil {
		cmd = b.spoil(cmd)
	}
	conn, err := b.good.Start(cmd)
	if err != nil {
		if b.reword != nil {
			err = b.reword(err)
		}
		return nil, err
	}
	if b.wrap != nil {
		conn = b.wrap(conn)
	}
	return conn, nil
}

// faultyConn replaces what is not nil.
type faultyConn struct {
	ptyio.Conn
	stdout     func(out ptyio.Output) ptyio.Output
	write      func(p []byte) (int, error)
	closeStdin func() error
	signal     func(sig syscall.Signal) error
	kill       func() error
	resize     func(size ptyio.Size) error
	wait       func() (ptyio.Exit, error)
	onExit     func(f func(ptyio.Exit, error))
	stop       func(grace time.Duration) (ptyio.Exit, error)
	close      func() error
	pid        func() int
}

func (c faultyConn) Stdout() ptyio.Output {
	if c.stdout != nil {
		return c.stdout(c.Conn.Stdout())
	}
	return c.Conn.Stdout()
}

func (c faultyConn) Write(p []byte) (int, error) { return or(c.write, c.Conn.Write)(p) }

func (c faultyConn) CloseStdin() error { return or(c.closeStdin, c.Conn.CloseStdin)() }

func (c faultyConn) Signal(sig syscall.Signal) error { return or(c.signal, c.Conn.Signal)(sig) }

func (c faultyConn) Kill() error { return or(c.kill, c.Conn.Kill)() }

func (c faultyConn) Resize(size ptyio.Size) error { return or(c.resize, c.Conn.Resize)(size) }

func (c faultyConn) Wait() (ptyio.Exit, error) { return or(c.wait, c.Conn.Wait)() }

func (c faultyConn) OnExit(f func(ptyio.Exit, error)) { or(c.onExit, c.Conn.OnExit)(f) }

func (c faultyConn) Close() error { return or(c.close, c.Conn.Close)() }

func (c faultyConn) PID() int { return or(c.pid, c.Conn.PID)() }

func (c faultyConn) Stop(grace time.Duration) (ptyio.Exit, error) {
	return or(c.stop, c.Conn.Stop)(grace)
}

// or returns f, or g if f is nil.
func or[F func() | func() error | func() int | func() (ptyio.Exit, error) | func([]byte) (int, error) |
	func(syscall.Signal) error | func(ptyio.Size) error | func(func(ptyio.Exit, error)) |
	func(time.Duration) (ptyio.Exit, error)](f, g F) F {
	if f != nil {
		return f
	}
	return g
}

// faultyOutput replaces what is not nil.
type faultyOutput struct {
	ptyio.Output
	read     func(p []byte) (int, error)
	deadline func(t time.Time) error
	receive  func(limit int, f func([]byte)) error
}

func (o faultyOutput) Read(p []byte) (int, error) {
	if o.read != nil {
		return o.read(p)
	}
	return o.Output.Read(p)
}

func (o faultyOutput) SetReadDeadline(t time.Time) error {
	if o.deadline != nil {
		return o.deadline(t)
	}
	return o.Output.SetReadDeadline(t)
}

func (o faultyOutput) Receive(limit int, f func([]byte)) error {
	if o.receive != nil {
		return o.receive(limit, f)
	}
	return o.Output.Receive(limit, f)
}

// reading is a Conn whose Stdout reads otherwise; read keeps its state for one
// child.
func reading(read func(out ptyio.Output) func(p []byte) (int, error)) func(ptyio.Conn) ptyio.Conn {
	return func(conn ptyio.Conn) ptyio.Conn {
		f := read(conn.Stdout())
		return faultyConn{Conn: conn, stdout: func(out ptyio.Output) ptyio.Output {
			return faultyOutput{Output: out, read: f}
		}}
	}
}

// losesByte loses the 100,001st byte of an output.
func losesByte(out ptyio.Output) func(p []byte) (int, error) {
	const lost = 100_000
	total := 0
	return func(p []byte) (int, error) {
		n, err := out.Read(p)
		at := lost - total
		total += n
		if at >= 0 && at < n {
			n = copy(p, slices.Delete(p[:n], at, at+1))
		}
		return n, err
	}
}

// turnsBit changes each byte 0x80, as what is not clean for 8 bits does.
func turnsBit(out ptyio.Output) func(p []byte) (int, error) {
	return func(p []byte) (int, error) {
		n, err := out.Read(p)
		for i, b := range p[:n] {
			if b == 0x80 {
				p[i] = 0
			}
		}
		return n, err
	}
}

func wrongEnd(out ptyio.Output) func(p []byte) (int, error) {
	return func(p []byte) (int, error) {
		n, err := out.Read(p)
		if err == io.EOF {
			err = errors.New("input/output error")
		}
		return n, err
	}
}

// endsAtExit gives no output any more when the child has ended.
func endsAtExit(conn ptyio.Conn) ptyio.Conn {
	over := make(chan struct{})
	conn.OnExit(func(ptyio.Exit, error) { close(over) })
	return reading(func(out ptyio.Output) func(p []byte) (int, error) {
		return func(p []byte) (int, error) {
			select {
			case <-over:
				return 0, io.EOF
			default:
				return out.Read(p)
			}
		}
	})(conn)
}

// stopsAsking sends a TERM for each Stop.
func stopsAsking(conn ptyio.Conn) ptyio.Conn {
	turn := make(chan struct{}, 1)
	return faultyConn{Conn: conn, stop: func(grace time.Duration) (ptyio.Exit, error) {
		if grace > 0 {
			turn <- struct{}{}
			conn.Signal(syscall.SIGTERM)
			pause(time.Millisecond) // so that the next does not fall into this one
			<-turn
		}
		timer := time.AfterFunc(max(grace, 0), func() { conn.Kill() })
		defer timer.Stop()
		return conn.Wait()
	}}
}
