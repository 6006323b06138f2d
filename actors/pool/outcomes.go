package pool

// Outcomes counts the answers that the tasks of a pool got, by kind. Of equal
// tasks that joined each counts.
type Outcomes struct {
	// Submitted is how many tasks came, also those that were refused. The others
	// add up to it when nothing waits and nothing runs.
	Submitted uint64
	// Done: a worker answered. Failed: its handler answered with an error.
	Done, Failed uint64
	// QueueFull: it was refused. PushedOut: it had to leave the queue.
	QueueFull, PushedOut uint64
	// LateInQueue, LateInStart and LateInRun: a clock ended it while it waited,
	// while no worker was ready, or when a worker had it.
	LateInQueue, LateInStart, LateInRun uint64
	// Cancelled: its submitter gave it up.
	Cancelled uint64
	// WorkerExited: its worker died while holding it, and it was not run again.
	WorkerExited uint64
	// Poison: it was set aside.
	Poison uint64
	// Stopping: the pool was stopping, or had been given up.
	Stopping uint64
	// Other is everything else, such as a task that is too large.
	Other uint64
}
