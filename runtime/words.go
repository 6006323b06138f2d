package runtime

import (
	"os"

	"brood/actors/pool"
	"brood/actors/process"
	"brood/actors/protocol"
	"brood/actors/supervisor"
	"brood/ptyio"
	"brood/runtime/worker"
)

// The words of the packages below that a program needs to describe a child, so
// that it does not have to import them.
type (
	// Command says what to run.
	Command = ptyio.Command
	// Env is a command's environment policy.
	Env = ptyio.Env
	// Transport connects a child's standard streams: Pipes or PTY.
	Transport = ptyio.Transport
	// Pipes connects a child by three pipes.
	Pipes = ptyio.Pipes
	// PTY connects a child by a pseudo-terminal.
	PTY = ptyio.PTY
	// Size is a terminal's size in characters.
	Size = ptyio.Size
	// Stdio connects one of a child's standard streams to a file, or to nothing.
	Stdio = ptyio.Stdio
	// Containment says at which level a child must or may be contained.
	Containment = ptyio.Containment
	// Level is how much of what a child starts ends with it.
	Level = ptyio.Level
	// User is whom a child runs as.
	User = ptyio.User
	// Resource is something that a child's Limits bound.
	Resource = ptyio.Resource
	// Limit bounds one Resource.
	Limit = ptyio.Limit
	// CgroupLimits bound a child's whole tree together.
	CgroupLimits = ptyio.CgroupLimits
	// SurvivedError tells what was still there after it had been killed.
	SurvivedError = ptyio.SurvivedError
	// ContainmentError tells why a required Level could not be had.
	ContainmentError = ptyio.ContainmentError
	// StopPlan is how a child is made to end.
	StopPlan = process.StopPlan
	// StopStep is one step of a StopPlan.
	StopStep = process.StopStep
	// Overflow says what becomes of output that comes too fast.
	Overflow = process.Overflow
	// Restart says after which ends a child is started again.
	Restart = supervisor.Restart
	// Backoff is the pause between restarts.
	Backoff = supervisor.Backoff
	// Protocol is a language of tasks.
	Protocol = protocol.Protocol
	// Wire is brood's own protocol.
	Wire = protocol.Wire
	// Stream is the submitter's side of a streamed task.
	Stream = process.TaskStream
	// PoolStats is what a pool looks like at one moment.
	PoolStats = pool.Stats
	// PoolOutcomes counts the answers that a pool's tasks got.
	PoolOutcomes = pool.Outcomes
	// RepeatBackoff is the pause before a repeatable task is run again.
	RepeatBackoff = pool.RepeatBackoff
	// PoisonList is what a pool has set aside.
	PoisonList = pool.PoisonList
	// Poisoned is one task that was set aside.
	Poisoned = pool.Poisoned
	// Order says which of the tasks that wait in a pool is next.
	Order = pool.Order
	// WhenFull is what becomes of a task for which a pool's queue has no room.
	WhenFull = pool.WhenFull
)

// What becomes of a task for which a pool's queue has no room.
const (
	Refuse  = pool.Refuse
	Wait    = pool.Wait
	PushOut = pool.PushOut
)

// After which ends a child is started again.
const (
	Permanent = supervisor.Permanent
	Transient = supervisor.Transient
	Temporary = supervisor.Temporary
)

// What becomes of output that comes faster than it is consumed.
const (
	Block = process.Block
	Drop  = process.Drop
)

// How much of what a child starts ends with it, weakest first.
const (
	LevelProcess = ptyio.LevelProcess
	LevelGroup   = ptyio.LevelGroup
	LevelMarks   = ptyio.LevelMarks
	LevelCgroup  = ptyio.LevelCgroup
)

// What Command.Limits can bound.
const (
	OpenFiles    = ptyio.OpenFiles
	Processes    = ptyio.Processes
	CPUSeconds   = ptyio.CPUSeconds
	AddressSpace = ptyio.AddressSpace
	Data         = ptyio.Data
	Stack        = ptyio.Stack
	FileSize     = ptyio.FileSize
	CoreSize     = ptyio.CoreSize
	LockedMemory = ptyio.LockedMemory
	Unlimited    = ptyio.Unlimited
)

// EnvChildPID is the environment variable in which the command of a StopStep
// finds the process id of the child that is to end.
const EnvChildPID = process.EnvChildPID

// Shell returns the command that runs script with the system's shell. A script
// that is put together from untrusted text runs whatever that text says.
func Shell(script string) Command { return ptyio.Shell(script) }

// Worker returns the command that executes the running program again, as its
// own worker with this name (worker.Name) and these arguments.
func Worker(name string, args ...string) Command {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0] // if that is wrong too, the start says so
	}
	return Command{
		Path: self,
		Args: args,
		Env:  Env{Set: map[string]string{worker.EnvName: name}},
	}
}
