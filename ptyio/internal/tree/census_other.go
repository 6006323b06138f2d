//go:build !linux

package tree

import "errors"

// Census is of no use here.
type Census struct{}

// Take returns errors.ErrUnsupported: this system has no table of processes that
// tells trees apart.
func (*Census) Take([]*Tree, func(int) bool) ([]Tally, error) { return nil, errors.ErrUnsupported }
