// Package load is the work that pools of child processes are measured with, and
// the arithmetic of comparing them: callers that submit a payload of 100 bytes,
// check that it comes back, and do it again.
//
// It knows no pool. Package rival has those that are written in Go, tests/bench
// and tests/peers measure them.
package load
