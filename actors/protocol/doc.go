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
//	BROOD_WIRE=1:3:4:7:4194304
//
// which is version 1, the descriptor that it reads, the descriptor that it
// writes, its incarnation, and the limit of a frame's body in bytes, which holds
// in both directions. The child should take the variable out of its
// own environment and set close-on-exec on both descriptors, so that its own
// children do not mistake themselves for workers or hold the wire open.
//
// A frame is a length (4 bytes, big-endian, not counting itself) and as many
// bytes of body. The default limit of a body is 4 MiB. All integers are
// big-endian.
//
//	offset  size  field
//	0       1     kind
//	1       1     flags: 1 = trace block present, 2 = times block present; others are 0
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
//	                      cancels and pings may still come
//
// A child answers every task that it received exactly once, with result or
// error, in any order. If a task carried a trace block with the sampled flag
// and the child does not record spans itself, the answer should carry the times
// block, from which the parent records the child's handling. The end of the
// child's reading descriptor means that the parent is gone: the child exits.
//
// Anything else (another version, an unknown kind or id, another incarnation,
// a body that is too short or over the limit, half a frame at the end) is a
// protocol error: the parent kills the child and says why in its exit.
package protocol
