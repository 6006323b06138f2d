// Package process holds the actor that owns one child process. The actor
// outlives its child: its PID is the child's stable identity, and each run of
// the OS process is an incarnation with a number. Messages of an incarnation
// that is over are dropped.
//
// It is for package runtime and for the pools and supervisors that host
// children; a program meets it through the messages of package actors. It does
// not decide whether a child is started again: it reports Down, and a
// supervisor sends Start.
//
// # Structure
//
// machine.go is the life of a child as a pure function of state and event; its
// transcripts are in testdata. child.go is the actor: it turns messages into
// events and carries out effects. run.go holds what one incarnation owns.
//
// Goroutines of these kinds work for an incarnation. Each posts messages that
// carry the incarnation, and ends when its descriptor does; the last four when
// they are cancelled, or have what they wait for:
//
//	starter  starts the process and reports it; ptyio's own goroutine reports the end
//	reader   one per output; waits for room, reads, delivers
//	feeder   one per output with Overflow Drop; hands what the reader took to its consumer
//	wire     reads the protocol's frames; one message per read, with all frames in it
//	flusher  exists only while it writes: what is for stdin, and what did not fit the wire
//	cutter   finds out who holds an output that has to be cut off, and closes it
//	stopper  runs the command of a stop plan
//	prover   asks for the proof of readiness until it is there
//	prober   one per check of health; waits, probes, reports
//	listener hears what the child says on its notification socket
//
// An idle child thus costs two goroutines, which wait in the poller, and one of
// ptyio's. Everything else, memory too, is made when it is needed.
//
// Receive never blocks: what goes to the wire is first tried without blocking,
// and what does not fit is left to a flusher, as everything for stdin is. Stdin
// is closed on a goroutine of its own, since on a terminal that is a write.
//
// # Output
//
// output.go reads, and a sink (sink.go) takes: a function, the splitter that
// finds lines, an actor with credits, or a Reader. What waits between reader
// and consumer is in a window, which is bounded. Exactly one thing becomes of
// each byte: it was delivered, counted as dropped, or never read because output
// was cut off, which the exit says.
//
// # Readiness and health
//
// watch.go has what package health provides look at an incarnation, judge.go
// takes the results and has the machine end a child that is unhealthy: as a Stop
// would if it gave an answer, by KILL at once if it is unresponsive or halted.
// A child that has neither a proof nor a check has none of this. status.go tells
// what the child looks like, over all incarnations, to who sends Inspect.
//
// # Stopping
//
// A StopPlan is data; the machine walks through it (stopping.go), and deeds.go
// does what it says.
//
// # Limits
//
// What the child's tree uses is sampled elsewhere, and judged there: the actor is
// sent the verdict (OverLimit) and warns, retires or stops the child (limit.go).
//
// # Tasks
//
// A child with a protocol takes Calls (tasks on their way) from its pool, or
// Tasks directly from any actor. A turn of the mailbox encodes all calls that
// wait and writes them at once. Whoever holds a call answers it: the process
// actor when the child does, or when it is cancelled; if the child dies the
// call goes back to its pool with word on whether it may have run, which a child
// that marks what it begins knows better (mark.go). held.go keeps the calls in
// order, clock.go bounds the run of the oldest, revoke.go asks for the youngest
// back.
//
// A cancelled call is answered early (cancel.go). The child gets a cancel frame
// and CancelGrace to answer in any way, and is kept. Then it goes down the ladder
// (ladder.go): INT, TERM, KILL, with CancelStep between them. Once it was sent a
// signal it is being replaced, whatever it answers: what waited in it goes back to
// the pool, and of an answer that still comes the caller hears.
//
// A streamed call has a TaskStream, which its submitter and the actor share: the
// submitter leaves there what it sends and posts a message if none is under way;
// the actor leaves there what the child sends. taskstream.go is the submitter's
// side, streams.go the actor's. Credit, in bytes, bounds both directions.
package process
