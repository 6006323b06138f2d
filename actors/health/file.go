package health

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// File finds out whether a file is there. One that was there before the child
// was started, and has not changed since, does not count: an earlier run left
// it.
type File struct {
	// Path is the file's. A relative one is relative to the owner's directory.
	Path string
	// Old says that a file from before the start counts too.
	Old bool
	// MaxAge is how long ago it may have been written last, by the file system's
	// clock. Zero: any time.
	MaxAge time.Duration
}

var _ Probe = File{}

// Validate returns everything that is wrong with the probe, or nil.
func (p File) Validate() error {
	return errors.Join(
		fault(p.Path == "", "Path is empty"),
		fault(p.MaxAge < 0, "MaxAge is %s", p.MaxAge),
	)
}

// Open prepares to look at one incarnation.
func (p File) Open(*Child) func(context.Context) error {
	before, _ := os.Stat(p.Path) // nil: it is not there
	return func(context.Context) error {
		now, err := os.Stat(p.Path)
		if err != nil {
			return err
		}
		return p.judge(before, now, time.Now())
	}
}

// judge decides by what the file was before the start, and is now.
func (p File) judge(before, now fs.FileInfo, at time.Time) error {
	if !p.Old && before != nil && os.SameFile(before, now) && before.ModTime().Equal(now.ModTime()) {
		return fmt.Errorf("%s is from before the start", p.Path)
	}
	if age := at.Sub(now.ModTime()); p.MaxAge > 0 && age > p.MaxAge {
		return fmt.Errorf("%s is %s old", p.Path, age.Round(time.Millisecond))
	}
	return nil
}
