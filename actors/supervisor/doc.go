// Package supervisor decides what happens after a failure, in the terms of
// Erlang's OTP, and does it: an ordinary actor that starts its children,
// learns of their ends, restarts them after a growing pause, and gives up when
// they fail too often. It is for whoever owns actors that speak the lifecycle
// words of package actors; package runtime puts one above every child process.
//
// It does not know processes. A child is any actor that begins an incarnation
// on actors.Start, ends it for good on actors.Stop, and tells its parent
// actors.Started, actors.Down and actors.Stopped, all of them by pointer. The
// actor outlives its incarnations: a restart is another Start to the same PID.
//
// # Decisions and deeds
//
// What to do is decided by pure code: Policy.Decide, and the order of a
// teardown. Clock and randomness are arguments there. The actor only carries
// out, and never blocks.
//
// # Restarting
//
// Only the child that failed is restarted (OneForOne). Which ends are restarted
// is the child's Restart; how long the pause is, the Backoff; how many restarts
// are too many, Intensity and Period, counted over all children. ReasonStopped
// is never a failure: who was asked to stop stays ended.
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
// awaited. The wait is bounded: a child that does not answer in its grace and
// some seconds more has its actor stopped, and one whose actor does not end
// either is left behind. Both are reported in the error. Every actors.Stop is
// answered with actors.Stopped, in any state, as long as the actor lives; one
// that arrives in the instant in which the actor ends may be lost, as any
// message may, so that a second sender should watch the PID or listen for Ended.
//
// A supervisor stopped as a plain actor, without actors.Stop, leaves the ends
// to its children's own handling of *actor.Stopping, all at the same time.
//
// # Nesting
//
// A supervisor can be the child of another one. It starts its children when
// it is spawned, ignores Start, and tells its parent a Down when it has ended:
// after giving up one that a Permanent entry restarts and a Transient one does
// not, as OTP's reason shutdown. It sends no Started.
package supervisor
