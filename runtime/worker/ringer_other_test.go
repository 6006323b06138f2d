//go:build !unix

package worker

import "testing"

// ringer is the pool's end of a bell: there is none.
type ringer struct{}

func newRinger(*testing.T) *ringer { return nil }
func (*ringer) child() bell        { return nil }
func (*ringer) ring()              {}
func (*ringer) close()             {}
