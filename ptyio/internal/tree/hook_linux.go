package tree

import "os"

// runningExecutable returns a link that the forked child, which still runs this
// program, follows to the program's file, wherever that is by then.
func runningExecutable() (string, error) {
	const link = "/proc/self/exe"
	if _, err := os.Stat(link); err == nil {
		return link, nil
	}
	return os.Executable()
}

// helperMain returns what a process of this name does, nil if it is none of
// brood's helpers.
func helperMain(name string) func() {
	switch name {
	case guardianName:
		return guardMain
	case preludeName:
		return preludeMain
	case probeName:
		return probeMain
	}
	return nil
}
