//go:build !linux

package tree

import (
	"context"
	"errors"
	"os"
)

// MaxForkFiles is how many files a fork can have.
const MaxForkFiles = 0

// Zygote is for Linux only.
type Zygote struct{}

// NewZygote returns an error.
func NewZygote(func()) (*Zygote, *os.File, error) { return nil, nil, errors.ErrUnsupported }

// AwaitReady returns an error.
func (*Zygote) AwaitReady(context.Context) error { return errors.ErrUnsupported }

// Ended does nothing.
func (*Zygote) Ended() {}
