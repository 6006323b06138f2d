package process

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"brood/actors/internal/alarm"
	"brood/actors/protocol"
	"brood/ptyio"
	"brood/telemetry"
)

// run is what one incarnation owns. The actor uses it in its turns; the
// incarnation's goroutines use the fields that are set before they start.
type run struct {
	incarnation uint32
	spec        *Spec
	system      *actor.ActorSystem
	self        *actor.PID
	cause       trace.SpanContext // of the start

	wire      *wire               // nil without a protocol
	watch     *watch              // nil if nothing is to be proven or checked
	started   time.Time           // set before anything looks; zero before that
	printed   atomic.Int64        // after the start, in ns: when output came last; 0: none did
	delivered atomic.Uint64       // bytes of output that were read
	consuming atomic.Int32        // goroutines that are in their consumer's code
	outputs   [stderr + 1]*output // by stream; nil if it goes elsewhere
	cut       atomic.Bool         // nobody waits for a consumer any more

	mu        sync.Mutex
	abandoned bool // the actor is gone or has given up
	conn      ptyio.Conn

	// The actor's.
	spawn      telemetry.Span
	stdin      outlet
	atExit     uint64         // delivered when the process was reaped
	lastSeen   uint64         // delivered when the drain was looked at last
	writes     []pendingWrite // to stdin, oldest first
	single     uint64         // up to this byte of stdin they are written one by one
	closeStdin bool           // once they are written
	alarms     [timers]alarm.Alarm
	due        [timers]*rang // what the alarms will post; older ones are void
	exit       *exited       // nil before it
	tail       []byte
	heldBy     []int              // who held an output when it was cut off
	hurried    bool               // a write deadline makes a flusher land
	answered   time.Duration      // after the start: when a task was answered last; 0: none was
	cancel     context.CancelFunc // of commands of the stop plan; nil: there are none
}

func (r *run) post(message any) { r.system.Root.Send(r.self, message) }

// goes starts a goroutine that whoever waits for the runtime's end awaits.
func (r *run) goes(f func()) { r.spec.Goroutines.Go(f) }

// consume runs f, which is, or waits for, the consumer's code.
func (r *run) consume(f func()) {
	r.consuming.Add(1)
	defer r.consuming.Add(-1)
	f()
}

// begin is the starter: it starts the process and reports that. The end is
// reported on the goroutine that waits for it in ptyio, which counts as one of
// the child's.
func (r *run) begin() {
	conn, err := r.start()
	r.post(&spawned{run: r, conn: conn, err: err})
	if err != nil {
		return
	}
	counted := !r.spec.Command.Detached // nobody awaits the end of one that is to outlive us
	if counted {
		r.spec.Goroutines.Add(1)
	}
	conn.OnExit(func(exit ptyio.Exit, err error) {
		// Not here, where all children are waited for: a post may run turns.
		go func() {
			if counted {
				defer r.spec.Goroutines.Done()
			}
			r.post(&exited{run: r, exit: exit, err: err})
		}()
	})
}

func (r *run) start() (ptyio.Conn, error) {
	cmd := r.spec.Command
	env := maps.Clone(cmd.Env.Set)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, r.traceVars())
	if r.watch != nil {
		vars, err := r.watch.open(r)
		if err != nil {
			return nil, &ptyio.StartError{Path: cmd.Path, Err: err}
		}
		maps.Copy(env, vars)
	}
	var files wireFiles
	if r.spec.Protocol != nil {
		var link protocol.Link
		var err error
		files, link, err = r.openWire()
		if err != nil {
			r.release()
			return nil, &ptyio.StartError{Path: cmd.Path, Dir: cmd.Dir, Err: err}
		}
		cmd.Files = slices.Concat(files.list(), cmd.Files)
		maps.Copy(env, r.spec.Protocol.Environ(link))
	}
	cmd.Env.Set = env
	conn, err := r.spec.Transport.Start(cmd)
	r.handOver(files, err == nil)
	if err != nil {
		r.release()
		return nil, err
	}
	r.attach(conn)
	return conn, nil
}

// traceVars are the variables that tell the child its trace. There are none if
// the user's own do: the rest of ours would not belong to them.
func (r *run) traceVars() map[string]string {
	vars := telemetry.Environ(r.cause)
	for name := range vars {
		if _, own := r.spec.Command.Env.Set[name]; own {
			return nil
		}
	}
	return vars
}

// identity returns the process id and the word of its containment, or nothing
// if there is no process (yet).
func (r *run) identity() (pid int, level string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn == nil {
		return 0, ""
	}
	return r.conn.PID(), r.conn.Level().String()
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
	for t := range timers {
		r.disarm(t)
	}
	if r.cancel != nil {
		r.cancel()
	}
	r.watch.over()
	r.release()
}

func (r *run) disarm(t timer) {
	r.alarms[t].Stop()
	r.due[t] = nil
}

// cutOff is the cutter: it closes the outputs, so that their readers end, and
// reports who held them before they do.
func (r *run) cutOff() {
	r.post(&cutting{run: r, heldBy: r.conn.Holders()})
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
	if r.watch != nil {
		r.watch.child.Close()
	}
	if r.wire != nil {
		_ = r.wire.toChild.Close() // one that is nil answers with an error
		_ = r.wire.fromChild.Close()
		_ = r.wire.mark.Close()
		_ = r.wire.bell.Close()
	}
	r.cut.Store(true)
	r.loosen()
}

// flush writes what waits in the outlets.
func (r *run) flush() {
	r.fly(&r.stdin, r.stdin.flushFirst(r.atOnce()))
	if r.wire != nil {
		r.fly(&r.wire.out, r.wire.out.flush())
		r.wire.ring()
	}
}

// fly starts the flusher of what an outlet could not write, if anything is left.
func (r *run) fly(o *outlet, rest []byte) {
	if rest != nil {
		r.goes(func() {
			n, err := o.w.Write(rest)
			r.post(&flushed{run: r, outlet: o, n: n, err: err})
		})
	}
}
