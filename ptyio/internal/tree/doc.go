// Package tree starts a child process contained, signals everything that
// belongs to it, and reaps it. It is for package ptyio alone, which adds the
// bytes: descriptors, terminals, the environment.
//
// A child is rarely one process: it starts others. A [Tree] stands for the
// child and for what it started, as far as the [Level] reaches. LevelGroup is
// the process group of the child: everything that the child started and that
// did not move to a group or session of its own. What moved is not reached.
//
// It holds no descriptors of the child and starts no goroutine: the caller of
// [Tree.Wait] is the one that waits.
package tree
