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
// Four kinds of goroutine work for an incarnation. Each posts messages that
// carry the incarnation, and ends when its descriptor does:
//
//	waiter   starts the process, waits for its end, reports both
//	reader   one per output; takes a credit, reads, delivers
//	wire     reads the protocol's frames; one message per read, with all frames in it
//	flusher  exists only while it writes: what is for stdin, and what did not fit the wire
//
// Receive never blocks: what goes to the wire is first tried without blocking,
// and what does not fit is left to a flusher, as everything for stdin is. Stdin
// is closed on a goroutine of its own, since on a terminal that is a write.
//
// # Tasks
//
// A child with a protocol takes Calls (tasks on their way) from its pool, or
// Tasks directly from any actor. A turn of the mailbox encodes all calls that
// wait and writes them at once. Whoever holds a call answers it: the process
// actor when the child does, or when it is cancelled; if the child dies the
// call goes back to its pool with word on whether it may have run.
package process
