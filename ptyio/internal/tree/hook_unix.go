//go:build unix

package tree

import (
	"errors"
	"os"
	"runtime/debug"
	"slices"
	"syscall"
)

// This process may be one of brood's own helpers: the same program, executed
// again under another name. Then nothing of the program itself is to run, and
// so this is an init: it needs no line in anybody's main. It runs before the
// init of every package that imports brood, directly or not.
func init() {
	if len(os.Args) == 0 {
		return
	}
	main := helperMain(os.Args[0])
	if main == nil {
		return
	}
	main()
	syscall.Exit(0) // unlike os.Exit it does not wait for the race detector
}

var errNotExecutable = errors.New("this program is a library in another one, which cannot be executed again")

// ownExecutable returns the path by which the running program can be executed
// again, also if its file was replaced or deleted.
func ownExecutable() (string, error) {
	if info, ok := debug.ReadBuildInfo(); ok {
		i := slices.IndexFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "-buildmode" })
		if i >= 0 && (info.Settings[i].Value == "c-shared" || info.Settings[i].Value == "c-archive") {
			return "", errNotExecutable
		}
	}
	return runningExecutable()
}
