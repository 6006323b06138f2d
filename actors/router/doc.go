// Package router spreads tasks over actors: pools, single processes, other
// routers, or a user's own. A router is an actor itself. It sends each task to the
// member that its Policy picks, gives the answer to who sent the task, and knows
// of each member how many tasks it has.
//
// Every task that was accepted is answered exactly once, whatever dies. A member
// leaves by itself when its actor ends. What it had then goes to another member if
// running it twice does no harm (Task.Repeatable), and is answered with
// ErrMemberEnded otherwise. A task that a member did not take (its queue is full,
// it is stopping, its child is not running) did not run and goes to another; a
// member that refused for another reason than a full queue is left alone for 20 ms.
//
// Task.Timeout is the router's; the other clocks are those of the member that has
// the task, and do not go while the task waits in the router.
//
// Routers may be members of routers. A task that has come through 8 of them is
// refused with ErrNoMember by the next one: so it does not go round for ever where
// they are members of each other.
//
// # When to use which policy
//
//	RoundRobin      members and tasks are alike; the cheapest
//	Random          as RoundRobin, where several routers share members: they do
//	                not fall into step
//	LeastLoaded     tasks differ in length; never a busy member while one is idle
//	PowerOfTwo      as LeastLoaded where several routers share members: each knows
//	                its own tasks only, and all would run for the same idle one
//	ConsistentHash  members keep something for a Key (a cache, a session)
//	Broadcast       each member must hear of it (a new configuration)
//	Scatter         First: the quickest answer counts; Quorum: enough agree;
//	                All: each has a part of the answer
//	Hedge           a few answers are much later than others, and a second try
//	                does no harm
//
// Scatter and Hedge have one of the first five inside, which picks their members.
// A policy of one's own is a type with a method Pick.
//
// # Workers of one pool
//
// A router over the workers of one pool is the pool: it gives each task to the
// worker that has the fewest, and knows better than anybody outside who is idle. A
// task that is sent to a worker past its pool takes room that the pool counts on; do
// not do that. Where single workers are wanted as members, as for
// ConsistentHash or Broadcast, start them as single processes, or as pools of one
// if they are to have a queue.
//
// # What is the member's
//
// A router keeps its own queue only for tasks that no member can take: first in,
// first out. Priorities, shares and limits by key, the clocks of a wait
// (QueueTimeout, StartTimeout) and the joining of equal tasks (ID) are those of each
// pool that is a member, among the tasks that it gets; in the router's queue a task
// has its Timeout alone. A plain actor has of all these what it does itself. What is
// poison for one pool is not sent to another. Streams and batches go to pools
// directly.
//
// # What it costs
//
// A task through a router takes two more hops between actors than without: to the
// member and back. BenchmarkRouter counts them. A router over members that take
// calls allocates nothing for a task; a plain actor costs the Task, a copy of its
// payload, and its answer; Scatter, Hedge with a second try, cancels and timeouts
// allocate.
//
// desk.go decides, as a data structure without input and output; router.go is the
// actor.
package router
