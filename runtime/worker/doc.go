// Package worker is the child's side of brood's wire, for workers written in
// Go. A pool starts a program; the program says that it is a worker by calling
// Serve, which answers tasks until the pool wants no more.
//
// The usual worker is the pool's own program, executed again:
//
//	func main() {
//		if worker.Name() == "hash" { // started by runtime.Worker("hash")
//			worker.Exit(worker.Serve(hash))
//		}
//		...
//	}
//
// Handle makes a Handler of a function with a request and a response of Go types,
// for runtime.Method; ServeStreams serves tasks whose input and result come in
// pieces.
//
// Stdin, stdout and stderr of a worker are its own: the wire has descriptors
// of its own. What it prints goes wherever the pool's Output says.
//
// # Setting up and tearing down
//
// What stands before Serve sets the worker up: it counts as started, and gets
// tasks, only when Serve has said hello, and has its StartTimeout for both. A
// worker that cannot be set up exits (with [Exit], or in any way) instead of
// calling Serve: that is a start that failed. What stands behind Serve tears it
// down: all tasks that it got are answered then. It has half of the pool's Grace
// for them and for that, before it gets TERM. If Serve returns an error, the pool
// is gone or the wire broken, and nobody waits.
//
//	db, err := open()
//	if err != nil {
//		worker.Exit(err)
//	}
//	err = worker.Serve(func(ctx context.Context, payload []byte) ([]byte, error) { return query(ctx, db, payload) })
//	db.Close()
//	worker.Exit(err)
//
// Code behind Serve does not run in a worker that is killed, or that a signal
// ends.
//
// # Cancels
//
// A cancelled task that waits is given back to the pool, and never begun. One that
// runs has its context ended; a handler that does not return then, in the pool's
// CancelGrace, costs the worker its life: it gets INT, then TERM, then KILL. The worker
// hears of it while the handler runs, on a thread that waits for nothing else; within
// a tenth of a second if the handler computes on all processors.
//
// # What has begun
//
// The worker marks which task it has begun, in memory that it shares with the
// pool, at the price of one atomic store. If it dies, the tasks behind that one
// did not run, and are given to another worker. Next to that it says how long the last
// tasks took it, from which the pool learns how many it should have.
//
// # Panics
//
// A handler that panics ends the process, with the panic on its stderr: the
// pool replaces it and answers the task with how it ended. That can befall tasks
// that the handler has just answered, too: if more tasks wait in the worker, an answer
// is held back to be written with theirs, for one millisecond, or up to eight if the
// tasks before were quick. With a Prefetch of 1 none is.
package worker
