// Package health finds out whether a child is ready and whether it is well. It
// holds the probes, the policy that makes a verdict of what they find, and the
// socket on which a child speaks for itself (sd_notify). It knows nothing of
// actors: package process runs the probes and carries out the verdicts.
//
// # Probes
//
// A Probe is a value in a Spec. The same probe can be a proof of readiness, a
// check of health, or both; those that make sense as one only are refused as
// the other.
//
//	probe     proof  check  finds out whether
//	Line      yes           the child printed a line that matches
//	Notify    yes           it said READY=1 on its notification socket
//	Alive     yes           it has lived for some time
//	TCP       yes    yes    an address accepts connections
//	Unix      yes    yes    a unix socket does
//	HTTP      yes    yes    a URL answers with a status
//	File      yes    yes    a file is there, new since the start, and not too old
//	Command   yes    yes    a command exits with 0
//	Ping             yes    its protocol side answers
//	Silence          yes    it printed something lately
//	Watchdog         yes    it said WATCHDOG=1 lately
//	Kernel           yes    it can run at all: not stopped, not stuck in the kernel
//
// To add one, write a type with the two methods of Probe in a file of its own.
//
// # Verdicts
//
// Judge is the policy, a pure function: so many failures in a row make a child
// unhealthy, so many successes make it healthy. It starts as neither. A result
// that is ErrInconclusive counts as neither, and so does a failure within the
// start-up grace. After a failure the kernel is asked whether the child can run
// at all, so that one that was stopped (SIGSTOP) or is stuck (state D) is told
// from one that is slow, whichever probe noticed.
//
// A worker that is busy with a task need not answer a Ping: as long as it holds
// a task, or has answered one since the ping, the missing answer is
// inconclusive. How long a task may take is for the task's own timeout.
//
// # The notification socket
//
// A child with a Notify or a Watchdog gets a socket of its own for each
// incarnation. It is in Linux's abstract namespace: the kernel removes it with
// its last descriptor, so that nothing is left behind even by an owner that is
// killed, and a child that runs as another user or has another root reaches it.
// A name there protects nothing, and need not: each datagram comes with its
// sender's process id, which the kernel fills in, and what is not from the
// child (or, with MembersMayNotify, from its session or descendants) is counted
// and dropped. A child in a network namespace of its own does not reach it.
//
// # What it uses
//
// From what package ptyio counts of all trees at once (Census) a Meter makes the
// Samples of one child, of which a Ring keeps the last ones, and its Limits make a
// verdict. This part does no more: no goroutine, no clock, no I/O.
//
//	ptyio.Census -> Tally -> Meter -> Sample -> Ring -> Check -> Verdict
package health
