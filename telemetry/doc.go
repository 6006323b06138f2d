// Package telemetry holds the names, kinds and attributes of brood's spans and
// records them. It is for the other packages of the module, one call for each
// hop, and for children that continue a trace. It depends on the API of
// OpenTelemetry only: the program that uses brood brings the SDK, its sampler
// and its exporters. Without an SDK nothing is recorded, nothing is allocated
// and a hop costs a few nanoseconds.
//
// # Hops
//
// The destination is the second word of a span's name. It is the name of a
// pool, a router or a single worker (NAME), the base name of a program (EXE), the type
// of an actor (ACTOR), or the name of a check of health (CHECK). Names take few
// values: never a process id, a path or a command line.
//
//	hop          name            kind      parent    from                        to
//	HopSubmit    submit NAME     PRODUCER  caller    task handed over            its answer is there
//	HopQueue     queue NAME      INTERNAL  submit    task accepted               a worker has it
//	HopExchange  exchange NAME   CLIENT    submit    frame written to the child  its answer read, or the child's end
//	HopHandle    handle NAME     CONSUMER  exchange  child's handler begins      child's handler returns
//	HopSpawn     spawn EXE       CLIENT    owner     start of the OS process     ready for work, or its failure
//	HopRun       run EXE         CLIENT    caller    start of the OS process     its end
//	HopMessage   process ACTOR   CONSUMER  sender    actor takes up a message    actor is done with it
//	HopProbe     probe CHECK     INTERNAL  spawn     probe of health begins      its failure, or a changed verdict
//	HopRoute     route NAME      INTERNAL  submit    router hands it to a member its answer, or the member's end
//
// A task that is repeated has one queue and one exchange span for each attempt
// under the same submit span. A task that never waits has no queue span. A task
// that goes through a router has one route span for each try, and the hops of the
// member under it. A probe has a span only if it failed or changed the verdict of
// its check: a child that is well records nothing.
// Bytes of terminals and pipes, timers and the runtime's own housekeeping have
// no spans.
//
// Start sets these by itself:
//
//	messaging.system            brood                submit, handle, process
//	messaging.operation.name    the name's 1st word  submit, handle, process
//	messaging.operation.type    send or process      submit (send), handle, process
//	messaging.destination.name  the destination      submit, queue, exchange, handle, process, route
//	process.executable.name     the destination      spawn, run
//	error.type                  see Span.End         each hop that ends with an error
//
// The others come from the caller, each by the function named here:
//
//	brood.pool            Pool          string
//	brood.task.id         TaskID        number
//	brood.task.attempt    Attempt       number, from 1
//	brood.incarnation     Incarnation   number, from 1
//	brood.exit.reason     ExitReason    string
//	brood.health.verdict  Verdict       string, on probe
//	brood.containment.level  ContainmentLevel  string
//	brood.message.type    MessageType   string
//	process.pid           PID           number
//	process.executable.name  Executable string
//	process.exit.code     ExitCode      number, -1 if signalled
//
// # Who decides what is recorded
//
// The sampling decision falls once, where a trace begins. A hop whose cause is
// valid but not sampled does not ask the SDK again: it hands the cause on. So
// one task costs at most one decision, whatever number of hops it takes.
//
// To ask the SDK costs half a microsecond and some memory also if its sampler says no,
// for the span has to be described first. A Recorder that picks one in so many roots
// does so before that (Recorder.Root).
//
// # Costs for the caller
//
// Attributes given to Start, Record and SetAttributes are not kept, so that
// building them at the call site allocates nothing when the Recorder is off.
// It still takes a few nanoseconds for each: where that counts, set them
// behind Recorder.Enabled or Span.Recording, and always there if they are
// costly to compute, such as a formatted string.
//
// What this package does not do: it sets no globals, configures no SDK and
// exports nothing.
package telemetry
