// Package protocol turns words into frames and back: what a process actor and
// its child say to each other about tasks. One file per protocol; a protocol is
// a value in a process's Spec.
//
// # The wire
//
// [Wire] is brood's own protocol. An SDK in any language can follow it from
// this page; package runtime/worker is the one for Go, and
// runtime/worker/python/brood_worker.py the one for Python.
//
// Frames travel on two inherited descriptors of their own, never on stdin or
// stdout, so that a stray print cannot corrupt them and the child's standard
// streams stay free for what they are for. The child learns the descriptors
// from its environment:
//
//	BROOD_WIRE=1:3:4:7:4194304:5:6
//
// which is version 1, the descriptor that it reads, the descriptor that it
// writes, its incarnation, the limit of a frame's body in bytes, which holds
// in both directions, and the descriptors of its mark file and of its bell (see
// below). Of the last two, one that is 0 or missing is not there. The child should
// take the variable out of its own environment and set close-on-exec on all these
// descriptors, so that its own children do not mistake themselves for workers or hold
// the wire open. What is read and written blocks when the child starts; it may change
// that.
//
// A frame is a length (4 bytes, big-endian, not counting itself) and as many
// bytes of body. The default limit of a body is 4 MiB. All integers are
// big-endian.
//
//	offset  size  field
//	0       1     kind
//	1       1     flags: 1 = trace block present, 2 = times block present,
//	              4 = the task is streamed (kind task only); others are 0
//	2       4     incarnation of the child, as given in BROOD_WIRE
//	6       8     id of the task or ping; 0 where the kind has none
//	14      27+n  trace block: trace id (16), span id (8), W3C trace flags (1),
//	              length n of the W3C tracestate (2), tracestate (n, at most 512);
//	              neither id is all zeros; a longer tracestate is left out as a whole
//	        16    times block: began and ended, each nanoseconds since the Unix epoch (8)
//	        rest  payload
//
// The kinds:
//
//	kind          from    payload, meaning
//	1 hello       child   version (2 bytes) and the SDK's name; the first frame, within the start timeout
//	2 task        parent  the task's payload; the trace block, if any, is the span that the child's work belongs to
//	3 result      child   the handler's answer to the task with this id
//	4 error       child   the handler's error as UTF-8 text, instead of a result
//	5 cancel      parent  the task with this id is not wanted any more; it is still answered, in any way
//	6 ping        parent  none; to be answered at once, also while a task runs
//	7 pong        child   none; the ping's id
//	8 shutdown    parent  none; finish the tasks received so far, answer them, exit with code 0;
//	                      cancels, revokes and pings may still come
//	9 revoke      parent  none; the child gives the task with this id back if it has not begun it; if it has
//	                      begun or answered it, the child ignores this. Only a child that marks is asked
//	10 revoked    child   none; instead of an answer, and only after a revoke or a cancel: the task with this
//	                      id has not begun and will not
//	11 piece      both    a part of the input or of the result of the streamed task with this id
//	12 end        parent  none; the input of the streamed task with this id is complete
//	13 credit     both    the receiver of the pieces of this task has room for so many bytes more (4 bytes)
//	14 progress   child   how far the streamed task with this id is, in the handler's own words
//
// The ids of tasks rise; those of pings are counted apart. A child answers every task that it received exactly once, with result,
// error or revoked, in any order. A cancelled task that waits behind others in
// the child should be answered at once, with revoked. If a task carried a trace block with the sampled flag
// and the child does not record spans itself, the answer should carry the times
// block, from which the parent records the child's handling. The end of the
// child's reading descriptor means that the parent is gone: the child exits.
//
// # Streams
//
// A task with the flag for it is streamed: its input is its payload and then the
// pieces that the parent sends, up to end; its result is the pieces that the child
// sends and then the payload of result. A child that cannot do that answers with
// error. Pieces are at most 256 KiB and keep their bounds; to whom they belong is
// for the handler to say.
//
// Nobody sends a piece without credit. At first there is none, in either direction:
// the parent gives it with the task, the child when it begins the task. A piece may
// be sent while the credit is above zero; then the length of its frame's body (14
// and the payload) is taken off, which may leave it below zero. The receiver gives
// more, so many bytes as were consumed, in portions of its own choice: so a slow
// one stops the sender, without holding up other tasks on the wire. More than 16
// MiB of credit is a protocol error, as is a child's piece without credit.
//
// Progress needs no credit: the parent keeps only the last. After its answer a
// child sends nothing more of the task; what still comes for it is ignored.
// Streams follow a cancel as other tasks do.
//
// # The mark
//
// The mark file tells what a child has begun, also when it has died, and costs no
// frame. It has 16 bytes, which are two unsigned integers, little-endian. The first is
// the mark:
//
//	0      the child does not mark; so the file is when the child starts
//	1      it marks, and has begun nothing yet; written before the hello is sent
//	1+id   the id of the newest task that it has begun; written before its handler is called
//
// A child that marks begins tasks in the order of their arrival (it may skip
// those that were cancelled or revoked), so that the number only rises. It maps
// the file into its memory, shared, and stores the number there as a whole
// (aligned, atomically), or writes all 8 bytes at offset 0 with one call (pwrite).
// It does not write again later for the same task. Marking is a child's choice: one
// that does not leaves the file alone.
//
// The second, at offset 8, is the pace: how many nanoseconds the child worked on each
// of the tasks that it answers next, on average, from when it had read them; 0 if it
// does not say. It is written before they are answered; it should become longer at once,
// but shorter by degrees (a sixteenth each time), and be 0 while tasks turn out to take
// longer than it says. From it the pool learns how short its tasks are, which it cannot
// see where children wait for a processor: so it decides what to hand out ahead.
//
// The parent only reads the file: at the hello (a mark other than 1 is a child that
// does not mark), when a task is to be cancelled or revoked, when the process has
// ended, and, once in a millisecond at most, when it answers. Of a child that marked, a task that it had not begun certainly did not
// run. A file that is too short, or says something that cannot be (a task that was
// never sent, or one before a task that it answered), is not believed: then, as of
// a child that does not mark, every task that was written to it may have run.
//
// # The bell
//
// A child that handles a task on the thread that reads the wire would not see a cancel
// until it is done. The bell is for it: a stream socket, on which the parent writes one
// byte for each frame of the kinds cancel, revoke and ping, before or after the frame
// itself. Another thread of the child reads the bell, which costs nothing while nobody
// rings; when it has heard more bytes than such frames were read, it reads the wire as
// long as that is so, unless the other thread does. The bell ends when the parent does:
// then the wire is to be read to its end. A child that reads the wire all the time has
// no use for it, and closes it.
//
// # Errors
//
// Anything else (another version, an unknown kind or id, another incarnation,
// revoked for a task that was neither cancelled nor revoked, a body that is too
// short or over the limit, half a frame at the end) is a protocol error: the
// parent kills the child and says why in its exit.
package protocol
