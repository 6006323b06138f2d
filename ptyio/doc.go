// Package ptyio runs child processes and moves bytes to and from them, over
// pipes or over a pseudo-terminal. It knows no actors and no telemetry; it can
// be used on its own, as a replacement for os/exec where the child must be
// contained, read with deadlines, or given a terminal.
//
//	conn, err := ptyio.Pipes{}.Start(ptyio.Command{Path: "sort"})
//
// A [Command] says what to run, a [Transport] ([Pipes] or [PTY]) how to be
// connected to it, and the [Conn] is the running child.
//
// # What a child gets
//
// Its own session and process group, so that a Ctrl-C at the owner's terminal
// does not reach it and a signal reaches all of it. Descriptors 0, 1, 2 and
// Command.Files from 3 on, and no other. The environment that [Env] says, less
// the variables that belong to a protocol between the owner and whoever
// started the owner. A signal that the owner ignores (as under nohup) has its
// default action in the child all the same: from the next start on the owner
// catches and drops it, which is the same for itself.
//
// Where Linux schedules by session (autogroups, sched(7)), each child weighs as much
// as the owner with all of its threads. It does so outside of cpu cgroups only; Linux
// 6.18 then let single children wait for a processor for ten seconds, where three
// owners kept two processors busy. A cpu cgroup for the owner, or
// kernel.sched_autogroup_enabled=0, ends that.
//
// Its streams are pipes to the owner, or what [Stdio] names: a file, the owner's
// own stream, one end of a pipe to another child, or nothing. On a terminal
// ([PTY]) stderr can have a pipe of its own.
//
// Default actions for all signals and none blocked, the limit of descriptors that
// the owner was started with, and the owner's user, niceness, umask and limits, or
// those that the [Command] names.
//
// To keep other descriptors out, Start marks all descriptors of the owner from
// 3 up close-on-exec (close_range(2)), also those that C code or whoever
// started the owner left open without the mark. The mark stays. That
// changes one thing for the owner: a descriptor that it meant to pass
// on by mere inheritance, through syscall.Exec or a fork in C, is closed there.
// Such a descriptor is to be named (Command.Files, or ExtraFiles in os/exec),
// or unmarked right before the Exec. What C code opens without the mark during
// a Start can still reach that child; Go's own descriptors cannot, they are
// marked as they are opened.
//
// A child can also be a fork of a process that has done before what all of its kind
// need: see [Zygote].
//
// # Bytes
//
// Pipes carry every byte as it is, both ways, and so does a terminal in raw mode
// (PTY.Raw). A terminal in its usual mode edits: it echoes, turns \n into \r\n,
// acts on Ctrl-C, and collects lines of bounded length, so that a Write with a
// longer line is refused with a [*LineTooLongError] before anything is written.
// A child that does not read blocks Write up to the write deadline. Output that
// nobody reads blocks the child: nothing is buffered here.
//
// Output.Read is an io.Reader as any other. Output.Receive is for those who
// wait for many children: it holds no buffer while it waits.
//
// # When a start fails
//
// Nothing runs then, and nothing is left open. The [*StartError] names the
// program and, if that was the trouble, the directory, and says what each cause
// matches. A start for which the machine has too little, just now, matches
// [ErrResources].
//
// # What holds at the end
//
// The exit code or signal is exact, and every caller of Wait gets it. Before the
// child is reaped everything else of its tree is killed and awaited, as far as
// the level of containment reaches ([Containment]): grandchildren in sessions of
// their own, orphans, what ignores every other signal. Exit.Survivors names what
// could not be killed. All output that was written before the end can be read
// after it, up to EOF: Wait takes nothing away, Close does. At LevelGroup a
// descendant that left the group is not killed, and may hold an output open, so
// that EOF comes late: on pipes, set a read deadline after Wait; Conn.Holders
// tells who it is.
//
// # When the owner dies
//
// A guardian kills the trees that the owner leaves, however it dies: by SIGKILL,
// os.Exit or a panic. It is the owner's own program, executed again in the name of
// brood-guardian, and caught by an init of this package before anything else of
// the program runs (but for packages whose import path sorts before brood's and
// that do not import it). It is there while there are children and goes a moment
// after them, or when [Rest] says so.
//
// One goroutine waits for all children, and ends as the guardian does.
// Conn.Close must be called to give the descriptors back.
//
// # Platforms
//
// All of this holds on Linux. On macOS reads and writes on a terminal have no
// deadlines, a waiting child costs a thread, containment is the process group, a
// blocked signal stays blocked in the child, and Holders tells nothing. On
// Windows there are pipes without deadlines, Kill instead of signals, only the
// child itself is killed, Files, User, Umask, Nice, Limits and the like are
// refused, Holders tells nothing, and [PTY] returns [ErrUnsupported]. [Zygote] does so
// on both.
package ptyio
