// Package runtime runs other programs under actors. It is the face of brood:
// most programs import it, package actors for the words, and package
// runtime/worker where the program is also its own worker.
//
//	rt, err := runtime.New(runtime.Options{})
//	...
//	defer rt.Shutdown(ctx)
//	out, err := rt.Run(ctx, runtime.RunSpec{Command: runtime.Command{Path: "git", Args: []string{"status"}}})
//
// A Runtime starts children (Run, Start, StartPool), each owned by an actor and
// watched by a supervisor, or whole trees of them (Supervise), spreads tasks over
// pools and others (StartRouter), and ends all of them in Shutdown. What it hands
// out gives its *actor.PID, so that actors can talk to children by messages, and
// Props makes a user's own actors traced as the runtime's are.
//
// # Tasks
//
//	Pool.Submit        one task, and its answer
//	Pool.SubmitBatch   many tasks at once, and all answers
//	Pool.Stream        one task whose input and result come in pieces
//	Call, Method.Call  one call with a request and a response of Go types
//	Method.Map         such a call for each request of a sequence
//	Router.Submit      one task, at one or several of the router's members
//
// What a task can rely on is said at actors.Task and actors.Result, what a pool
// does at PoolSpec, and how at package actors/pool.
//
// # Words
//
//	task         one unit of work, which is answered once (actors.Task)
//	worker       a child that answers tasks, and the process actor that owns it; a
//	             member, for its pool
//	incarnation  one run of a child's OS process; the actor outlives it
//	ready        of a worker: it has said hello, and the proof, if one is asked for,
//	             is there
//	held         of a task: it was handed to a worker and is not answered there
//	begun        of a held task: the worker has called its handler, or may have
//	attempt      a task's being handed to a worker that may have begun it
//	Prefetch     how many tasks a worker is handed at once
//	Slots        scarce things of which each worker of a pool has one
//	to recycle   to replace a worker that works, between tasks; to roll: all of them
//	poison       a task that workers died with too often, and that was set aside
//	zygote       a process that workers are forked from
//	member       of a router: whom it sends tasks to
//
// # Who imports whom
//
// Imports go down only; a test holds the source to it.
//
//	runtime -> actors/{pool,router,supervisor} -> actors/process -> actors/protocol -> actors
//	actors/process -> actors/health, ptyio, ptyio/nonblock, telemetry; actors/protocol -> ptyio/codec
//	runtime -> actors/health -> ptyio
//	actors/pool -> actors/process, actors/supervisor, telemetry
//	actors/router -> actors/process, telemetry
//	actors/{process,pool,router} -> actors/internal/mailbox; actors/{process,pool,router,supervisor} -> actors/internal/alarm
//	runtime/worker -> actors/protocol, ptyio/codec, ptyio/nonblock, telemetry
//	runtime/worker/python -> nothing of brood
//	ptyio, ptyio/codec, ptyio/nonblock, telemetry -> nothing of brood
//
// # Goroutine ledger
//
// Every goroutine has an owner, an end, and someone who waits for it. Besides
// the turns of actors, which protoactor schedules:
//
//	goroutine          started by            ends                                 awaited by
//	starter            process actor, start  the child runs, or could not be      process actor, Shutdown
//	                                         started
//	output reader      process actor, start  the stream ends or is closed         process actor (Down), Shutdown
//	output feeder      output reader, with   the reader has ended and all is      output reader, Shutdown
//	                   Drop, at first output consumed, or the incarnation is over
//	wire reader        process actor, start  the wire ends or is closed; it may   process actor (Down), Shutdown
//	                                         look for 100 us before it waits
//	flusher            process actor         what it holds is written, or the     process actor, Shutdown
//	                                         descriptor is closed
//	closer of stdin    process actor         stdin is closed; on a terminal: the  process actor, Shutdown
//	                                         end-of-file is typed, or it is closed
//	cutter             process actor, at a   who holds the outputs is found out,  Shutdown
//	                   cut                   and they are closed
//	stopper            process actor, a      its command has ended, its wait is   Shutdown
//	                   Command in StopPlan   over or the incarnation is
//	prover             process actor, with   readiness is proven (of a zygote:    Shutdown
//	                   a proof, at start     that it can fork), or the
//	                                         incarnation is not to be ready
//	prober             process actor, one    the incarnation is being ended, or   Shutdown
//	                   for each check        has; then its probe is cancelled
//	listener           process actor, with   the child's notification socket is   Shutdown
//	                   a socket              closed, with its outputs
//	reaper             ptyio, first start    no child has been left for a moment  ptyio.Rest (Shutdown)
//	guardian's waiter  ptyio, first start    the guardian was reaped              ptyio.Rest (Shutdown)
//	waiter             ptyio, for a child    the child was reaped                 Shutdown, by the exit reporter
//	                   without a pidfd
//	finisher           reaper, if others of  they are gone, or 2 s are over; the  Shutdown, by the exit reporter
//	                   a tree live when its  fork's zygote has answered, or 5 s
//	                   child has ended, and  are over
//	                   for forks
//	exit reporter      ptyio, when a child   the process actor was told           Shutdown; of a detached child
//	                   was reaped                                                 nobody
//	stdin feeder       Run, with StdinFrom   the reader or the command has ended; Run, but while it is in the
//	                                         in a Read: when that returns         caller's Read: by nobody
//	runner             Lines                 the command has ended                the loop over Lines
//	signal handler     HandleSignals         its release function, or Shutdown    who waits for Done
//	shutdown           signal handler        Shutdown has returned                who waits for Done
//	caller             Map, to what is not   its call is answered, which it is    the loop
//	                   a Pool, for each call when the loop is left, too
//	sampler            Samples, Usage, or a  nobody wants samples any more        Shutdown
//	                   child with a Watch
//	watchdog           NotifyReady, where a  the root actor has ended             Shutdown
//	                   manager asks for it
//	drains             Shutdown, one for     the service has drained, or its      Shutdown
//	                   each service; a tree, part of the deadline is over
//	                   for each pool in it
//	waiting for all    Shutdown              the children's goroutines have       Shutdown, for a bounded time
//	goroutines                               ended
//	listener of a      worker.Serve          Serve hushes its bell and closes     worker.Serve
//	worker                                   the wire
//	sweeper of a       guardian process,     it has killed what an owner before   the end of the process
//	guardian           at its start          has left
//
// A pool, a router, a stream, a batch and a Map to a pool have none: pools and
// routers are turns of actors, and the others run on the goroutines of their
// callers. A zygote is a child as any other.
//
// Timers run their function on a goroutine of their own, which ends with it, and so
// does the end of a context that something hangs on:
//
//	alarms of actors      post one message: a pool's (its clocks, its crew, its
//	                      leveling), a process actor's (its life, a cancel, the run
//	                      of a task), a router's, a supervisor's
//	timeouts of tasks     post one message, where no pool has the task
//	ends of contexts      post one message (of a Stream, a Roll, a StopChild), or one
//	                      for each call that waits (a pool's watch), cancel one
//	                      context, urge services (Shutdown), or end a read of a
//	                      zygote's control socket
//	a worker's watch      writes answers that were held back, and takes back what the
//	                      pool was told of how quick the worker is
//	a worker's orphan's   ends the process of a handler that goes on without a pool
//	timer
package runtime
