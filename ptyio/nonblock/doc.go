// Package nonblock reads and writes pipes in system calls that cannot wait.
//
// For each read and write of an os.File, Go's scheduler is told that the thread may
// be away for long: it lets the processor go and takes it back, and wakes its monitor
// thread if that sleeps, to look every 20 us whether the thread has come back. For a
// worker that is woken for each task this is more than the task. A call on a
// non-blocking descriptor is soon over, whatever it finds, so nobody is told; who has
// to wait parks in the runtime's poller.
package nonblock
