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
// A handler that panics ends the process, with the panic on its stderr: the
// pool replaces it and answers the task with how it ended. With several slots
// that can befall tasks that the handler has just answered, too: an answer is
// held back for up to a millisecond if more tasks wait, to be written with
// theirs.
package worker
