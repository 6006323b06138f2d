package process

import (
	"maps"
	"os"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"brood/actors/internal/alarm"
	"brood/actors/protocol"
	"brood/ptyio"
	"brood/telemetry"
)

// firstFile is the descriptor that the first of a command's Files becomes.
const firstFile = 3

// run is what one incarnation owns. The actor uses it in its turns; the
// incarnation's goroutines use the fields that are set before they start.
type run struct {
	incarnation uint32
	spec        *Spec
	system      *actor.ActorSystem
	self        *actor.PID
	cause       trace.SpanContext // of the start

	encoder   protocol.Encoder
	decoder   protocol.Decoder
	decoded   protocol.Message    // the wire reader's
	slab      slab                // the wire reader's
	delivered atomic.Uint64       // bytes of output that were read
	consuming atomic.Int32        // readers that are in their consumer's code
	credits   [stderr + 1]*credit // by stream; nil without OutputTo

	mu        sync.Mutex
	abandoned bool // the actor is gone or has given up
	conn      ptyio.Conn
	toChild   *os.File // the wire; nil without a protocol
	fromChild *os.File

	// The actor's.
	spawn      telemetry.Span
	stdin      outlet
	wire       outlet
	atExit     uint64         // delivered when the process was reaped
	lastSeen   uint64         // delivered when the drain was looked at last
	writes     []pendingWrite // to stdin, oldest first
	closeStdin bool           // once they are written
	broken     bool           // the wire can not be written any more, and the machine knows
	alarms     [timers]alarm.Alarm
	exit       exited
	tail       []byte
}

func (r *run) post(message any) { r.system.Root.Send(r.self, message) }

// goes starts a goroutine that whoever waits for the runtime's end awaits.
func (r *run) goes(f func()) { r.spec.Goroutines.Go(f) }

// live is the waiter: it starts the process, waits for its end, and reports
// both.
func (r *run) live() {
	conn, err := r.start()
	r.post(&spawned{run: r, conn: conn, err: err})
	if err != nil {
		return
	}
	exit, err := conn.Wait()
	r.post(&exited{run: r, exit: exit, err: err})
}

func (r *run) start() (ptyio.Conn, error) {
	cmd := r.spec.Command
	env := maps.Clone(cmd.Env.Set)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, telemetry.Environ(r.cause))
	if r.spec.Protocol != nil {
		ends, err := r.openWire()
		if err != nil {
			return nil, &ptyio.StartError{Path: cmd.Path, Dir: cmd.Dir, Err: err}
		}
		defer ends[0].Close()
		defer ends[1].Close()
		cmd.Files = append(ends[:], cmd.Files...)
		link := protocol.Link{In: firstFile, Out: firstFile + 1, Incarnation: r.incarnation}
		maps.Copy(env, r.spec.Protocol.Environ(link))
	}
	cmd.Env.Set = env
	conn, err := r.spec.Transport.Start(cmd)
	if err != nil {
		r.release()
		return nil, err
	}
	r.attach(conn)
	return conn, nil
}

// openWire makes the two pipes of the wire and returns the child's ends: the
// one it reads, the one it writes.
func (r *run) openWire() (ends [2]*os.File, err error) {
	in, toChild, err := os.Pipe()
	if err != nil {
		return ends, err
	}
	fromChild, out, err := os.Pipe()
	if err != nil {
		in.Close()
		toChild.Close()
		return ends, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.toChild, r.fromChild = toChild, fromChild
	return [2]*os.File{in, out}, nil
}

// pid returns the process id, or 0 if there is no process (yet).
func (r *run) pid() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn == nil {
		return 0
	}
	return r.conn.PID()
}

// attach gives the incarnation its child; if it was abandoned meanwhile, the
// child is killed instead.
func (r *run) attach(conn ptyio.Conn) {
	r.mu.Lock()
	r.conn = conn
	abandoned := r.abandoned
	r.mu.Unlock()
	if abandoned {
		r.release()
	}
}

// abandon kills the child, now or as soon as it is started, and closes
// everything. The waiter still reaps it.
func (r *run) abandon() {
	r.mu.Lock()
	r.abandoned = true
	r.mu.Unlock()
	for i := range r.alarms {
		r.alarms[i].Stop()
	}
	r.release()
}

// release closes every descriptor, which ends the readers and flushers, and
// kills the group if it still runs.
func (r *run) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn != nil {
		r.conn.Close()
	}
	for _, f := range []*os.File{r.toChild, r.fromChild} {
		if f != nil {
			f.Close()
		}
	}
	r.openCredits()
}

// openCredits lets the readers read on, whoever consumes.
func (r *run) openCredits() {
	for _, c := range r.credits {
		if c != nil {
			c.open()
		}
	}
}

// outputs returns the streams that are to be read.
func (r *run) outputs() map[Stream]ptyio.Output {
	outputs := map[Stream]ptyio.Output{stdout: r.conn.Stdout()}
	if err := r.conn.Stderr(); err != nil {
		outputs[stderr] = err
	}
	return outputs
}

// begin sets up the outlets and starts the readers.
func (r *run) begin() {
	r.stdin.w = r.conn
	for stream, out := range r.outputs() {
		if r.spec.OutputTo != nil {
			r.credits[stream] = newCredit(r.spec.OutputWindowBytes)
		}
		r.goes(func() { r.readOutput(stream, out) })
	}
	if r.fromChild != nil {
		r.wire.w, r.wire.try = r.toChild, tryWriter(r.toChild)
		r.goes(r.readWire)
	}
}

// flush writes what waits in the outlets.
func (r *run) flush() {
	r.flushOne(&r.stdin)
	r.flushOne(&r.wire)
}

func (r *run) flushOne(o *outlet) {
	if rest := o.flush(); rest != nil {
		r.goes(func() {
			n, err := o.w.Write(rest)
			r.post(&flushed{run: r, outlet: o, n: n, err: err})
		})
	}
}

// leftoverBytes is more than a pipe or terminal holds: so much output after
// the child's end can be its own, and beyond that it is somebody else's.
const leftoverBytes = 1 << 20

// outputMoves reports whether output is still being delivered: its consumer is
// at it, or some that can be the child's own has come since the last call.
func (r *run) outputMoves() bool {
	delivered := r.delivered.Load()
	moved := delivered != r.lastSeen
	r.lastSeen = delivered
	if r.consuming.Load() > 0 || moved && delivered-r.atExit < leftoverBytes {
		return true
	}
	for _, c := range r.credits {
		if c != nil && c.exhausted() {
			return true
		}
	}
	return false
}
