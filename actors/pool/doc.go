// Package pool spreads tasks over several children that speak the same task
// protocol. A pool is an actor: it has a bounded queue, and hands a task to a
// child when that child has a free slot, so that tasks wait in one place and not
// behind a slow one.
//
// Every task that was accepted is answered exactly once, whatever dies. When a
// child dies while it holds a task, the task is run again if that does no harm
// (Task.Repeatable), or if it had certainly not reached the child; otherwise it
// is answered with an error that says that it may have run.
//
// The pool does not start or restart children: its members are process actors
// under a supervisor, and they tell the pool when they are Ready and Down. It
// is for package runtime, which puts the two together.
//
// The queue is one line of calls, linked through themselves: adding, taking the
// first and taking one out of the middle are a few pointers each, and no memory.
// The rest of Order is built from more of that, and is there only if it is asked
// for:
//
//   - A lane has a line for each priority that waits, in a heap by who is first
//     in them. Since all calls age alike, one's rank (when it was accepted, less
//     what its priority is worth) never changes.
//   - A key has a lane of its own, as long as something of it waits or is counted.
//     Lanes stand on a bench, which is a heap by whose turn it is: if shares are
//     fair by a number that is drawn at each turn, else by their first calls. A key
//     that is at its limit stands nowhere.
//   - A worker that keys stick to has a bench of its own; lanes whose keys have no
//     home yet stand on that for any. The next call is the first of the benches
//     whose workers have room, so that none idles while one of its calls waits.
//
// scheduler.go decides, as a pure data structure; pool.go is the actor.
package pool
