// Command peers measures brood's pool beside its peers in other libraries and
// languages, on this machine, in one run:
//
//	go run ./tests/peers              a table, after some five minutes
//	go run ./tests/peers -json        all numbers of all rounds
//	go run ./tests/peers -quick       one short round, to see that all work
//	go run ./tests/peers -only 'brood|frames'
//	taskset -c 0 go run ./tests/peers on one core: the least noisy comparison
//
// The work: a pool of four workers, a payload of 100 bytes that is echoed, every
// reply checked. Each contestant is a program that has the pool and its load, so
// that none pays for another language's way in; it does what it is told in turns
// (package turns). A new pool works for two seconds before it is measured, so
// that a language which compiles while it runs is at its best. A round gives each contestant one turn in each shape, so that
// what slows the machine down for a while slows all; a number is the median of
// all rounds, and a ratio the median of the ratios within each round. Compare
// only within one run.
//
// # Contestants
//
//   - brood-go and brood-c: this project's pool with a worker that uses the Go
//     SDK, and with one in C; as the pool's default hands tasks out, and with 1,
//     4 and 64 handed to a worker at once.
//   - frames-go, frames-c: the same two programs behind a pool written by hand,
//     with two goroutines for each worker; json-pipelined, json: lines of JSON, so
//     and with one task at a time (package rival).
//   - go-plugin-rpc, go-plugin-grpc: a pool of four clients of hashicorp/go-plugin,
//     which answer calls at the same time. A module of its own.
//   - node-guide: the pool that guides to Node's child processes teach;
//     node-workerpool, node-tinypool (processes) and node-piscina (threads).
//   - python-multiprocessing, python-executor: multiprocessing.Pool and
//     concurrent.futures.ProcessPoolExecutor.
//
// A contestant whose tool or package is not on this machine, and cannot be
// installed, is reported as not here, with the reason. npm's packages are
// installed with npm ci, as package-lock.json pins them, and go-plugin is built
// as its go.mod does, both into the user's cache; with -offline only what is
// there is used.
//
// # Numbers
//
// p50 and p99 are of one caller that submits one task after the other. 64 and
// 5,000 are callers that do so at the same time; a contestant's language decides
// what a caller is: a goroutine, a promise, a callback. CPU is of the whole tree
// of processes, with the load, for a task of the 64. A batch is one call with
// 5,000 tasks; Python's hands them to workers 64 at a time.
//
// Recovery is from SIGKILL of a pool's only worker to the first answer of its
// replacement. For brood with its default Backoff, and (nopause) with none at all;
// start-go and start-c are the same workers started by hand, to their first
// answer. A pool that gives none in 5 s never does.
package main
