// Package leak tells what a test binary leaves behind: goroutines, open
// descriptors and processes. Every test package of this module runs its tests
// through it:
//
//	func TestMain(m *testing.M) { os.Exit(leak.Run(m)) }
//
// Run puts a mark that is unique to this run in the environment, and children
// inherit it. So a process is found wherever it went: in another session,
// with another parent, under another name.
//
// # Test binaries within test binaries
//
// A test binary that was started by another one finds a mark in its
// environment and adds a part of its own behind a slash. A mark covers what
// begins with it: the outer run sees all that the inner one started, and the
// inner one sees neither its ancestors nor its siblings.
//
// # What it does not see
//
// A process with neither the mark (its environment was replaced) nor this
// process as its parent. Anything at all, if the tests end by os.Exit, a
// panic or a timeout: Run does not get to look then. On systems other than
// Linux: descriptors and processes.
package leak
