//go:build !unix

package nonblock

import "os"

// Supported says whether TryRead and TryWrite can do anything: without
// non-blocking pipes they cannot, and a File is an os.File.
const Supported = false

// File is a pipe.
type File struct{ *os.File }

// Of returns the File of f.
func Of(f *os.File) *File { return &File{f} }

// TryRead reads nothing.
func (f *File) TryRead([]byte) (int, error) { return 0, nil }

// TryWrite writes nothing.
func (f *File) TryWrite([]byte) (int, error) { return 0, nil }
