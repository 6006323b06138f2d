// Package rival has the pools written in Go that brood's is measured beside,
// and brood's own behind the same interface. Each is a pool of child processes
// that echo a payload.
//
//   - JSON: what a good Go programmer writes in an hour. A goroutine for each
//     child, which writes a task as a line of JSON and reads the answer.
//   - Pipelined: what he writes in a week. Two goroutines for each child, one
//     that writes and one that reads, so that many tasks are on their way; as
//     lines of JSON, or as raw frames.
//   - Brood: the pool of this project.
//
// The hand-written ones do not replace a child that died, bound their queue,
// cancel a task at its child or keep account of anything: they are fast and
// thin on purpose.
//
// Raw frames are those of brood's wire, so that the same programs are children
// of both: one that uses the Go SDK, and one in C that is compiled when it is
// needed (CompileC).
//
// Children in Go are the running program, executed again: its main function, or
// its TestMain, calls Child first.
package rival
