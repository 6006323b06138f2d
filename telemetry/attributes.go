package telemetry

import (
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// Pool returns brood.pool: the name of the pool that a task or child belongs to.
func Pool(name string) attribute.KeyValue { return attribute.String("brood.pool", text(name)) }

// TaskID returns brood.task.id: the task's number on the wire, unique for one
// runtime.
func TaskID(id uint64) attribute.KeyValue {
	// Attributes have no unsigned numbers; an id does not reach the sign bit.
	return attribute.Int64("brood.task.id", int64(id))
}

// Attempt returns brood.task.attempt: how often the task was handed to a
// child, this time included. The first attempt is 1.
func Attempt(n int) attribute.KeyValue { return attribute.Int("brood.task.attempt", n) }

// Incarnation returns brood.incarnation: the number of the child's run, from 1.
func Incarnation(n uint32) attribute.KeyValue {
	return attribute.Int64("brood.incarnation", int64(n))
}

// ExitReason returns brood.exit.reason: why a child's run ended, in a word or
// two of few.
func ExitReason(reason string) attribute.KeyValue {
	return attribute.String("brood.exit.reason", reason)
}

// Verdict returns brood.health.verdict: what a check thinks of a child, in a word
// of few.
func Verdict(word string) attribute.KeyValue {
	return attribute.String("brood.health.verdict", word)
}

// ContainmentLevel returns brood.containment.level: how much of what a child
// starts ends with it, in a word or two of few.
func ContainmentLevel(level string) attribute.KeyValue {
	return attribute.String("brood.containment.level", level)
}

// MessageType returns brood.message.type: the Go type of a message.
func MessageType(name string) attribute.KeyValue {
	return attribute.String("brood.message.type", name)
}

// PID returns process.pid: the OS process id of a child.
func PID(pid int) attribute.KeyValue { return semconv.ProcessPID(pid) }

// Executable returns process.executable.name: the base name of a child's
// program.
func Executable(name string) attribute.KeyValue {
	return semconv.ProcessExecutableName(text(name))
}

// ExitCode returns process.exit.code: the exit code of a child, or -1 if a
// signal ended it.
func ExitCode(code int) attribute.KeyValue { return semconv.ProcessExitCode(code) }
