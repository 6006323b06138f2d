// Package supervisor decides what happens after a failure, in the terms of
// Erlang's OTP, and does it: an ordinary actor that starts its children, learns
// of their ends, restarts them after a growing pause, and gives up when they fail
// too often. It is for whoever owns actors that speak the lifecycle words of
// package actors; package runtime puts one above every child process, and builds
// trees of them.
//
// It does not know processes. A child is any actor that begins an incarnation
// on actors.Start, ends it for good on actors.Stop, and tells its parent
// actors.Ready, actors.Down and actors.Stopped, all of them by pointer. The
// actor outlives its incarnations: a restart is another Start to the same PID. An
// ordinary actor that speaks none of this is a Plain child.
//
// # Decisions and deeds
//
// What to do is decided by pure code: a machine that is told what happens and
// says what is to be done (machine.go), with Policy.Decide for each failure.
// Clock and randomness are arguments there. The actor only carries out, and
// never blocks; it answers every Call in any state of its children.
//
// # Starting
//
// Children start from left to right, each when the one before has started:
// when it said Ready, and has lasted for its MinUptime. If one fails to start
// for the first time, those before it are stopped, from right to left, and the
// supervisor ends with the reason, as in OTP, unless the child is Patient. With
// Parallel, children have no order but that of what they need (Child.After).
//
// # Restarting
//
// Who is restarted with a child that failed is the Strategy's; which ends are
// restarted is the child's Restart, SuccessCodes and FinalCodes; how long the
// pause is, the Backoff; how many restarts are too many, Intensity and Period,
// counted over all children: each restart once, whoever goes with it, and each
// attempt that fails once more. Instead of giving up a supervisor can Rest.
// ReasonStopped is never a failure: who was asked to stop stays ended. Here OTP
// restarts a permanent child, but there nobody but its supervisor is meant to
// stop it. Nor does a child that has ended for good, or was stopped by a call,
// start again with its group, as it would in OTP.
//
// An actor that panics is stopped, never restarted in place, and its end counts
// as a failure with ReasonPanic. A fresh actor follows under the same name, so
// that its PID stays good. Only if the actor panicked while it was stopping, or
// never came to its end, is it given up as it is, and the name gets a suffix. An
// actor that somebody stops directly, without actors.Stop, has ended for good.
//
// # Stopping
//
// Children are stopped from right to left, one after the other, and each is
// awaited; with Parallel, and those of a Dynamic supervisor, all at once. The
// wait is bounded: a child that does not answer in its grace and some seconds
// more has its actor stopped, and one whose actor does not end either is left
// behind. Both are reported in the error. Every actors.Stop is answered with
// actors.Stopped, in any state, as long as the actor lives; one that arrives in
// the instant in which the actor ends may be lost, as any message may, so that a
// second sender should watch the PID or listen for Ended.
//
// A supervisor stopped as a plain actor, without actors.Stop, leaves the ends
// to its children's own handling of *actor.Stopping, all at the same time.
//
// # Nesting
//
// A supervisor can be the child of another one. It starts its children when
// it is spawned, ignores Start, tells its parent Ready when all of them have
// started, and a Down when it has ended: with ReasonStartFailed, ReasonGaveUp,
// which a Permanent entry restarts and a Transient one does not, as OTP's reason
// shutdown, or ReasonShutdown, which is the same. Children that were added are
// not among those that start again.
package supervisor
