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
// carry the incarnation, and ends when its descriptor does; stopper, prover and
// prober when they are cancelled, or have what they wait for:
//
//	starter  starts the process and reports it; one of ptyio's reports the end
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
// A child with a protocol takes Calls (tasks on their way) from its pool or router,
// or Tasks directly from any actor; it holds Prefetch of them at most, and keeps them
// in the order in which they came (held.go). A turn of the mailbox encodes all calls
// that wait and writes them at once. Whoever holds a call answers it: the process
// actor when the child does, or when it is cancelled; if the child dies the call goes
// back to its pool with word on whether it may have run.
//
// # What has begun
//
// A child can mark the newest call that it has begun in a file of two words, which it
// maps (mark.go): in memory on Linux, without a name elsewhere. It is read when it
// matters: when the child has ended, and when a call is cancelled or wanted back. The
// other word is how long the child says that it works on a call, for the pool. Of a dead child the mark is the last word; of a living one that a call
// has begun is certain, and that it has not is not for long. So a call that the child
// is at, and those that it has answered, are told apart from those behind: these did
// not run, and cost no attempt. Where there is no mark, or one that is not believed,
// what was written whole may have run.
//
// A child that is at a call need not read: the bell (bell.go) tells it that there is a
// cancel, a revoke or a ping.
//
// revoke.go asks a child that marks for the youngest calls that it has not begun, for
// the pool, which has somebody better for them or lets the child go. The child says
// of each that it gives it back, or answers it after all.
//
// # Clocks and cancels
//
// clock.go bounds the run of the oldest call, which is the one that the child can be
// at: a RunTimeout begins when there is no older one that is not answered.
//
// A call that is cancelled, by its submitter or by a clock, is answered early
// (cancel.go). If nothing of its frame is on its way it is taken out of what is to be
// written, and the child never hears of it. Else the child gets a cancel frame; of a
// call that it has not begun its word is awaited for 100 ms, so that the answer says
// how far the task was. Whatever the caller was told, the child has CancelGrace to
// answer in any way, and is kept. Then it goes down the ladder (ladder.go): INT, TERM,
// KILL, with CancelStep between them. Once it was sent a signal it is being replaced,
// whatever it answers: what waited in it goes back to the pool, and of an answer that
// still comes the caller hears.
//
// # Streams
//
// A streamed call has a TaskStream, which its submitter and the actor share: the
// submitter leaves there what it sends and posts a message if none is under way;
// the actor leaves there what the child sends. taskstream.go is the submitter's
// side, streams.go the actor's. Credit, in bytes, bounds both directions, each on
// its own. If the child dies when a piece was sent or has come, the call may have run.
//
// # The eager reader
//
// Who reads the wire of a child, in a pool with at most two tasks under way, looks
// for up to 100 us after each read before it waits (eager.go), since waking up a core
// that has gone to sleep takes half as long. It lets all other goroutines go first,
// looks only once in 64 waits where nothing comes in that time, and never where there
// is one processor. Without tasks nothing is read, so that an
// idle pool uses no processor time.
package process
