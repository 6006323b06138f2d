package tree

import "os"

func runningExecutable() (string, error) { return os.Executable() }

// helperMain returns what a process of this name does, nil if it is none of
// brood's helpers.
func helperMain(name string) func() {
	switch name {
	case guardianName:
		return guardMain
	case preludeName:
		return preludeMain
	}
	return nil
}
