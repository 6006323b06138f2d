// Package pool spreads tasks over several children that speak the same task
// protocol. A pool is one actor: it has a bounded queue, and hands a task to a
// child when that child has room, so that tasks wait in one place and not behind a
// slow one.
//
// It is for package runtime. The pool does not start or restart children: its
// members are process actors under a supervisor, and they tell it when they are
// Ready and Down. It asks the supervisor for more of them, and to stop those that
// are to go.
//
// # Structure
//
// What is decided is pure; the actor asks, and does what it is told:
//
//	pool.go       the actor. accepting.go, handing.go, endings.go, timing.go, joins.go,
//	              poison.go and muster.go are what it does about one thing each
//	scheduler.go  which call goes to which member: pick.go; who gives some back: steal.go
//	queue.go      which call is next, and whether there is room: queue*.go, order.go
//	fate.go       what becomes of a call that came back: repeat.go
//	clocks.go     when a task's time is over
//	crew.go       who is hired and who retires: sizing.go, hiring.go, roll.go, waiters.go
//	client.go     what submitters run: one call; gathering.go a batch, flow.go a Map's,
//	              stream.go a stream
//
// A turn of the actor takes all messages that wait. Calls are put into the queue as
// they come; at the end of the turn what can be handed out is, to each member all
// that it gets in one message. One who posts to an idle pool runs its turn himself.
//
// # Who holds a call
//
// Every task is answered exactly once, whatever dies: with a result, or with an
// error that says where it ended. At any time one actor holds a task's call, and
// only who holds it answers it. A call is used for one task after the other, so
// what refers to a call that somebody else holds carries its epoch, and is void when
// that is over: a late cancel, a clock, a late answer.
//
// A member answers a call itself and tells the pool only how many ended, once a
// turn. So the pool keeps no table of calls; what it remembers of
// one is on the call (process.PoolNote). A task that uses nothing but a place in the
// queue costs nothing else. One with a Timeout, a QueueTimeout or a StartTimeout,
// that joins others, or that was cancelled or repeated has an entry in the pool's
// ledger (ledger.go).
//
// # Order
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
// A fair share is one of tasks, not of time: a key with long tasks gets more time.
//
// # Who gets it, and how many
//
// The member that holds the fewest gets the next call (pick.go). If Prefetch is
// zero, each member that marks what it begins is handed some ahead, the more, the
// shorter they are at the pace at which it answered lately: one of calls that take a
// quarter of a millisecond, none of longer ones, 256 of those of 15 us and less. And
// as long as calls are so short that to wake the next member costs more than they
// do, one gets some in a row.
//
// Where many more members are at work than there are processors, short calls take as
// long as long ones, for all the others. So what a member itself says of how long it
// works on one (process.Freed.Pace) counts if it is less: few members then get many.
//
// What is handed out early may turn out to stand behind a long call. When a member
// has been at one call for a millisecond, nothing waits and another is idle, it is
// asked for half of what it holds, and gives back what it has not begun (steal.go,
// process.Revoke). The pool looks once in a millisecond at most, while a member
// holds more than one call and another none, and never if keys are Sticky: those go
// to their own workers.
//
// # Fate
//
// When a child dies while it holds a call, the call is run again if that does no
// harm (Task.Repeatable), or if it had certainly not begun; otherwise it is
// answered with an error that says that it may have run. What a child had begun its
// mark tells, if it has one; of another, everything that was written to it may have
// run. One that its children die with too often is poison: it is set aside, with
// their exits, and is not run again unless somebody asks for it (poison.go). A child
// that was stopped, recycled or ended for a limit is not the task's fault.
//
// Tasks with the same ID ride on one run, whose call is the pool's own (joins.go).
// Nobody waits for that one but those who ride: when the last has left, it is
// cancelled.
//
// # Clocks
//
// Four lines of time are told apart: since acceptance, until the next attempt,
// waiting with a worker that is ready, and waiting without. The latter two stand
// still by turns, and while a member has the call; they go on if it turns out not to
// have begun it. The clock of the run is the process actor's, who knows what its
// child is at. All clocks share one alarm (clocks.go); those of tasks that a child
// has answered, of which the pool is not told one by one, are swept out when they
// may be half of all.
//
// # Batches and flows
//
// A batch is many calls in one message, each of which is accepted or refused as if
// it had come alone; their answers are collected where they belong, by whoever gives
// them, and the submitter is woken once. A Flow does the same for calls that come
// bit by bit (a Map), and hands answers over as they come. A streamed call is an
// ordinary one, but that its stream is shared by the submitter and the process actor
// (process.TaskStream): its pieces do not pass the pool.
//
// # Members
//
// crew.go decides who is hired and who retires. All changes are made of those two:
// the pool grows by hiring, shrinks by retiring, and replaces a member by hiring one
// more and letting the old one retire when the new one is ready. Who retires takes
// no more calls, gives back what it has not begun, and is stopped when it holds
// nothing. A member's number is its place among the members, and which of the Slots
// it has; it is given to a new one when nothing is left of the former. If something
// of it could not be ended, it is never given away again.
//
// The crew is asked when something about the members has changed, when a wait or an
// age is over, which is what its one alarm is for, and at the end of a turn if a
// scale could ask for more. For a pool of fixed size that does not recycle by age or
// idleness it sets none.
//
// # Statistics
//
// They cost a call two counts in a histogram (histogram.go); the clock is read once
// a turn, and once for each message of a member's. Percentiles are of all tasks since the pool's start; of utilisation the
// last minute is told apart, in parts of 5 s (meter.go).
//
// # Where the time goes
//
// For a task of 100 bytes, echoed by a child in C, through a pool of four workers, as
// its owner pays for it: nanoseconds of processor time for each task, from profiles
// of more than four million tasks each, on two virtual cores, with 64 tasks outstanding
// (431,000 a second) and with 5,000 (483,000), whose callers share a context. A turn
// that runs on the goroutine of who sent the message counts where it belongs:
//
//	step      who                what                                     64 out   5,000
//	submit    submitter          a call, its message, the wait for it        670   1,400
//	queue     pool's turn        accepted, into the line                      30      90
//	schedule  pool's turn        out of the line, who gets it; what ended     50      50
//	encode    process actor      the frame, the place among those held       140     280
//	write     process actor      its share of a system call                  610     130
//	read      wire reader        its share of a system call                  180      50
//	decode    wire reader        the frame, memory of the payload's own      140     110
//	complete  process actor      found among those held, answered; waking    360     980
//	                             the submitter
//	switching Go's scheduler     from goroutine to goroutine                 400     380
//	collector                                                                 60      90
//
// With 5,000 callers, what submit and complete cost is mostly memory that is not in the
// cache: of the calls, and of the stacks of those who wait.
//
// Not in it is what the child does, and the time that a core sleeps.
package pool
