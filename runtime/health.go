package runtime

import (
	"brood/actors/health"
	"brood/actors/process"

	"github.com/asynkron/protoactor-go/actor"
)

// The words of package health that a program needs, so that it does not have to
// import it. Package health says which probes are for what.
type (
	// Probe finds out one thing about a child: a proof that it is ready, or a
	// check of its health. It is one of the following, or a program's own.
	Probe = health.Probe
	// ProbedChild is what a program's own Probe gets.
	ProbedChild = health.Child
	// Check is a Probe that is asked again and again, and the policy that makes a
	// verdict of its answers.
	Check = health.Check
	// LineProbe: the child printed a line that matches. A proof only.
	LineProbe = health.Line
	// NotifyProbe: it said READY=1 (sd_notify). A proof only, on Linux.
	NotifyProbe = health.Notify
	// AliveProbe: it has lived for some time. A proof only.
	AliveProbe = health.Alive
	// TCPProbe: an address accepts connections.
	TCPProbe = health.TCP
	// UnixProbe: a unix socket accepts connections.
	UnixProbe = health.Unix
	// HTTPProbe: a URL answers with a status.
	HTTPProbe = health.HTTP
	// FileProbe: a file is there.
	FileProbe = health.File
	// CommandProbe: a command exits with 0.
	CommandProbe = health.Command
	// PingProbe: its protocol side answers, or it is busy. A check only.
	PingProbe = health.Ping
	// SilenceProbe: it printed something lately. A check only.
	SilenceProbe = health.Silence
	// WatchdogProbe: it said WATCHDOG=1 (sd_notify) lately. A check only, on Linux.
	WatchdogProbe = health.Watchdog
	// KernelProbe: it is neither stopped nor stuck. A check only, on Linux.
	KernelProbe = health.Kernel
	// UnhealthyError tells which check failed, what it saw, and how often: the Err
	// of an Exit with actors.ReasonUnhealthy.
	UnhealthyError = health.UnhealthyError
	// Health is what one child looks like at one moment, and over all its runs.
	Health = process.Status
	// HealthState is where a child is in its life, in a word.
	HealthState = process.State
)

// What the error of a program's own Probe can match.
var (
	ErrUnresponsive = health.ErrUnresponsive
	ErrInconclusive = health.ErrInconclusive
)

// Where a child is in its life.
const (
	NotStarted = process.NotStarted
	Starting   = process.Starting
	Ready      = process.Ready
	Healthy    = process.Healthy
	Unhealthy  = process.Unhealthy
	Suspended  = process.Suspended
	Stopping   = process.Stopping
	Restarting = process.Restarting
	Ended      = process.Ended
)

// Health returns what the child looks like now. It is told by the child's actor,
// which stays the same over restarts; on Linux the kernel is asked whether the
// child was stopped by a signal. After the child's end for good it tells that,
// and how it ended.
func (p *Process) Health() Health {
	p.state.Lock()
	who := p.actor
	p.state.Unlock()
	h := p.rt.inspect(who)
	if h.State != process.NotStarted && (h.PID != 0 || !isClosed(p.ended)) {
		return h
	}
	p.state.Lock()
	defer p.state.Unlock()
	h.LastExit, h.Restarts = p.exit, p.restarts
	if p.exit != nil {
		h.State = Ended
	}
	return h
}

// Health returns what each worker looks like now, by number. One that has gone, and
// all after the pool's end, is NotStarted.
func (p *Pool) Health() []Health {
	p.state.Lock()
	workers := make([]*actor.PID, len(p.workers))
	for i, w := range p.workers {
		workers[i] = w.who
	}
	p.state.Unlock()
	all := make([]Health, len(workers))
	for i, who := range workers {
		all[i] = p.rt.inspect(who)
	}
	return all
}

// inspect asks a process actor; one that has ended, or was not heard of yet, is
// answered for with zero.
func (rt *Runtime) inspect(who *actor.PID) Health {
	if who == nil {
		return Health{}
	}
	reply := make(chan process.Status, 1)
	rt.system.Root.Send(who, &process.Inspect{Reply: reply})
	h := <-reply
	switch h.State {
	case Ready, Healthy, Unhealthy:
		if health.ConditionOf(h.PID).Halted() {
			h.State = Suspended
		}
	}
	return h
}
