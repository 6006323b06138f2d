package ptyio

import "os"

// aboveStd returns f: there is no SIGPIPE to guard against.
func aboveStd(f *os.File) (*os.File, error) { return f, nil }
