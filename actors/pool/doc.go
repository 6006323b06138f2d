// Package pool spreads tasks over several children that speak the same task
// protocol. A pool is an actor: it has a bounded queue, and hands a task to a
// child when that child has a free slot, so that tasks wait in one place and not
// behind a slow one.
//
// Every task is answered exactly once, whatever dies: with a result, or with an
// error that says where it ended. When a child dies while it holds a task, the
// task is run again if that does no harm (Task.Repeatable), or if it had certainly
// not reached the child; otherwise it is answered with an error that says that it
// may have run. One that its children die with too often is poison: it is set
// aside, and is not run again unless somebody asks for it.
//
// At any time one actor holds a task's call, and only who holds it answers it. A
// call is used for one task after the other, so what refers to a call that
// somebody else holds carries its epoch, and is void when that is over: a late
// cancel, a clock, a late answer.
//
// A task that uses nothing but a place in the queue costs nothing else. One with a
// clock, that joins others, or that was cancelled or repeated has an entry in the
// pool's ledger (ledger.go). All clocks share one alarm (clocks.go); those of
// tasks that a child has answered, of which the pool is not told one by one, are
// swept out when they may be half of all.
//
// The pool does not restart children: its members are process actors under a
// supervisor, and they tell the pool when they are Ready and Down. It asks the
// supervisor for more of them, and to stop those that are to go. It is for package
// runtime, which puts the two together.
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
// # Members
//
// crew.go decides who is hired and who retires, as a pure machine. All changes are
// made of those two: the pool grows by hiring, shrinks by retiring, and replaces a
// member by hiring one more and letting the old one retire when the new one is
// ready. Who retires takes no more calls, gives back what it has not begun, and is
// stopped when it holds nothing. A member's number is its place among the members,
// and its slot; it is given to a new one when nothing is left of the former.
//
// The crew is asked when something about the members has changed, when a wait or an
// age is over, which is what its one alarm is for, and at the end of a turn if a
// scale could ask for more. A pool of fixed size sets no alarm.
//
// Statistics cost a call two reads of the turn's clock, of which there is one a
// turn, and two counts in a histogram.
//
// scheduler.go decides where a task goes and fate.go what becomes of one that came
// back, as pure data structures, and clocks.go when a task's time is over; pool.go is
// the actor.
package pool
