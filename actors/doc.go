// Package actors holds brood's words: the messages that actors of the runtime
// exchange with each other and with a user's own actors, and the errors that
// callers branch on. It has no behaviour and starts no goroutine; what acts on
// the words lives in the packages below it (process, pool, router, supervisor).
//
// # Messages
//
// All messages are sent by pointer, as protoactor's own are, and must not be
// changed after they were sent.
//
// "Owner" is whoever holds the PID: a user's actor, or a handle of package
// runtime. "Parent" is the supervisor that spawned the process actor.
// "Subscriber" is a PID named in the process's Spec. A "member" is an actor of a
// user's own that a router has: it is sent a Task as a pool is.
//
//	message     sender              receiver              meaning
//	Start       parent              process               begin the next incarnation of the child
//	Stop        owner, parent       process, supervisor   end the child (or all children) in order
//	Stopped     process, supervisor sender of Stop        answer to Stop: nothing of it runs any more
//	Write       owner               process               bytes for the child's stdin
//	Withdraw    owner               process               write no more of an earlier Write
//	CloseStdin  owner               process               end of the child's stdin
//	Signal      owner               process               a signal for the child's process group
//	Resize      owner               process               a new window size for the child's terminal
//	Refused     process             sender of a command   the command could not be carried out, and why
//	Task        owner, router       process, pool,        one unit of work for a child that speaks a protocol
//	                                router, member
//	Result      process, pool,      sender of Task        the answer to one Task: payload or error
//	            router, member
//	Ping        owner               process               is the child's protocol side answering?
//	Pong        process             sender of Ping        it is
//	Started     process             parent, subscribers   the OS process of this incarnation runs
//	Ready       process             parent, subscribers   it can take work (its hello and its proof came; at once without either)
//	Output      process             subscriber of output  bytes that the child printed
//	Ack         subscriber          process               Output was consumed; the child may print that much more
//	OverLimit   process             subscribers           the child uses more than a limit allows
//	Down        process, supervisor parent, subscribers   the incarnation is over, and why
//	GaveUp      supervisor          parent, subscribers   too many failures: all children were stopped
//
// What pools, routers and process actors say to each other about tasks on their way
// (calls, cancels, calls that ended) is theirs, in packages process, pool and
// router: a user's actor does not need it.
//
// # Ordering
//
// For one incarnation a receiver sees Started, then Ready, then Down, each at
// most once, and Down exactly once. If the child could not be started there is
// no Started, only Down with ReasonStartFailed. All Output of an incarnation
// comes between its Started and its Down, and in the order in which the child
// wrote it to that stream; stdout and stderr are not ordered against each
// other. Results of tasks that the child answered come before its Down.
// Every message about a child carries its incarnation: a number that grows by
// one at each Start. Between two different senders no order is promised.
//
// Every accepted Task is answered by exactly one Result, whatever dies. Results of
// several Tasks come in any order, whatever the order in which they ran: Task.Tag
// tells them apart.
package actors
