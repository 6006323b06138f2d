// Package tree starts a child process contained, signals it, and at its end
// kills and reaps all that belongs to it. It is for package ptyio alone, which
// adds the bytes: descriptors, terminals, the environment.
//
// A child is rarely one process: it starts others. A [Tree] stands for the child
// and for what it started, as far as its [Level] reaches:
//
//	cgroup  a fresh cgroup v2 directory for each tree, which the child is born into
//	marks   a variable in the environment that descendants inherit, and the
//	        sessions and children of those that have it
//	group   the process group; what moved to another one is not reached
//
// A probe with a real child finds out at the first start which levels this
// machine and user allow: package tree assumes nothing about mounts, rights and
// kernel versions. Polite signals go to the process group at every level, as from a
// terminal; it is the kill that reaches the whole tree.
//
// # The end
//
// The child is awaited without being reaped. While it is a zombie its id, its
// group's and its session's cannot be given away: its group is killed, then
// everything else until nothing is left (the kernel says so of a cgroup, by
// letting the directory be removed; of marks, a look at all processes that does
// not find one), and only then it is reaped. Single processes are killed through
// a pidfd that was opened before the last look at them.
//
// A child can be a fork of another child, a [Zygote]. It is not ours to wait for then,
// but all of this holds: the zygote does not reap it until it is told to, so that it
// is a zombie as long as it has to be. It is born in the zygote's cgroup and with its
// mark, and waits at a gate until it has been moved to one of its own; its mark it
// changes itself, where the kernel shows its environment. What it is signalled by is
// a pidfd, also its group (Linux 6.9), which is good without any parent.
//
// # This program, executed again
//
// Three helpers are this very program under another name, caught by an init in
// hook_unix.go before anything of the program itself runs:
//
//	brood-guardian  one per owner that has children. It holds a pipe to the
//	                owner and a pidfd of it, and when the owner dies, however it
//	                dies, kills what the owner's trees have left. It goes when
//	                the owner has had no child for a while.
//	brood-prelude   a child that first does to itself what only it can: user,
//	                umask, limits, niceness. Then it executes the program.
//	brood-probe     the child of the probe
//
// # Goroutines
//
// One, the reaper, waits for all children. It lives while there are any, and is
// sent home by a timer a moment after the last, as the guardian is, which has a
// goroutine that awaits it. A tree whose child has ended while others of it live
// gets a goroutine until they do not, and that of a fork one until its zygote has
// said how it ended.
package tree
