// Package ptyiotest is for tests: of code that runs children, without running
// any, and of transports.
//
// # A scripted child
//
// [Scripted] is a [ptyio.Transport] whose child is a Go function in the test
// itself. It goes wherever a Transport is taken: to code of your own, or into
// runtime.RunSpec and runtime.ProcessSpec.
//
//	greeter := ptyiotest.Scripted{Main: func(c *ptyiotest.Child) int {
//		c.Ignore(syscall.SIGTERM)
//		c.Println("who are you?")
//		name, _ := c.ReadLine()
//		c.Println("hello,", name)
//		return 3
//	}}
//	conn, err := greeter.Start(ptyio.Command{Path: "greeter"})
//
// The function gets a [Child]: its Command, environment and files, stdin, stdout
// and stderr, its signals and the size of its terminal. The owner gets a
// [ptyio.Conn] that keeps all of Conn's promises; Scripted passes the
// conformance test below. Some children in one line each:
//
//	for { c.Println("y") }                        // floods
//	for line := range c.Lines() { c.Println(line) } // echoes to the end
//	c.Hang()                                      // does not answer
//	c.Exit(4)                                     // ends, from any depth
//	c.Raise(syscall.SIGSEGV)                      // crashes as a C program
//	panic("out of luck")                          // crashes as a Go program: stderr, and code 2
//	c.Sleep(time.Minute)                          // takes its time
//
// As with a process, a signal that comes before Ignore or Notify was called
// ends the child: let it print something, and wait for that. [InTurn] is for
// children that are restarted: it crashes first and works then. Scripted.Refuse
// makes starts fail.
//
// # The end of a child
//
// Kill, Stop and Close, and signals by default, end a child from outside: its
// streams are closed and Wait returns, whatever its function does. A goroutine
// cannot be killed, though. The function goes on until it touches its Child or
// a stream again, and ends there by runtime.Goexit. A function that waits for
// something else should wait for Child.Done too; if it never comes back, its
// goroutine is left behind, and so says a leak detector in the test.
//
// # Bubbles
//
// A scripted child waits only in ways that package testing/synctest knows, so
// it can be used in its bubbles, where a grace of an hour passes at once. Start,
// and all that is called on the Conn, must be in the same bubble. Files are real
// descriptors, and not for bubbles.
//
// # What is not like a process
//
// PID is a random number above 2^30, which is no process. Exit has times, and
// no CPU time or memory. There are no descendants: Holders is nil, and Level is
// what Scripted.Level says. Dir, User, Umask, Nice, Limits, Cgroup and
// NoNewPrivileges do nothing; the function finds them in Child.Command. Any Path
// will do. The function shares the test's memory, working directory and
// environment; what the Command makes of the latter is Child.Env.
//
// # The conformance test
//
// [Conformance] checks the promises of ptyio.Transport, Conn and Output against
// any transport, with real children: they play roles that this package brings
// along. A transport that starts programs of this machine needs two lines, of
// which the first goes into TestMain:
//
//	ptyiotest.RunRole()
//	ptyiotest.Conformance(t, ptyiotest.Subject{Transport: mine})
//
// [Subject] says what the transport lacks, or how else its children are made to
// play a role.
package ptyiotest
