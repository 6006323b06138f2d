// Package pool spreads tasks over several children that speak the same task
// protocol. A pool is an actor: it has a bounded queue that refuses when it is
// full, and hands a task to a child when that child has a free slot, so that
// tasks wait in one place and not behind a slow one.
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
// scheduler.go decides, as a pure data structure; pool.go is the actor.
package pool
