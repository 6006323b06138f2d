// Package health tells what a child's process tree uses, and what is to be done
// when it uses more than it may. It is for package runtime, which takes a census
// of all children at once, and for the process actor, which acts. It decides and
// does no more: no goroutine, no clock, no I/O.
//
//	ptyio.Census -> Tally -> Meter -> Sample -> Ring -> Check -> Verdict
package health
