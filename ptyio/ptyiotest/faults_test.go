package ptyiotest

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"brood/ptyio"
)

// byteFaults are those in what is started, written and read.
func byteFaults() []fault {
	return []fault{
		{"a byte is lost", broken{wrap: reading(losesByte)}, "bytes arrive exact both ways"},
		{"a byte is changed", broken{wrap: reading(turnsBit)}, "bytes arrive exact both ways"},
		{"the end is another error", broken{wrap: reading(wrongEnd)}, "all output comes before the end"},
		{"the exit cuts output off", broken{wrap: endsAtExit}, "output can be read after Wait"},
		{"arguments are dropped", broken{spoil: func(cmd ptyio.Command) ptyio.Command {
			cmd.Args = slices.DeleteFunc(slices.Clone(cmd.Args), func(arg string) bool { return arg == "" })
			return cmd
		}}, "arguments and environment arrive"},
		{"the environment is dropped", broken{spoil: func(cmd ptyio.Command) ptyio.Command {
			cmd.Env = ptyio.Env{}
			return cmd
		}}, "arguments and environment arrive"},
		{"a start error has no type", broken{reword: func(err error) error { return fmt.Errorf("%v", err) }},
			"a start that fails is a StartError"},
		{"each Start leaves a goroutine", broken{wrap: func(conn ptyio.Conn) ptyio.Conn {
			go pause(time.Hour)
			return conn
		}}, "nothing is left behind"},
		{"Write in pieces", wrapped(func(conn ptyio.Conn) faultyConn {
			return faultyConn{write: func(p []byte) (n int, err error) {
				for piece := range slices.Chunk(p, 1000) {
					pause(time.Millisecond)
					k, err := conn.Write(piece)
					if n += k; err != nil {
						return n, err
					}
				}
				return n, nil
			}}
		}), "writes are not mixed"},
		{"Write tells nothing of what it wrote", wrapped(func(conn ptyio.Conn) faultyConn {
			return faultyConn{write: func(p []byte) (int, error) {
				n, err := conn.Write(p)
				if err != nil {
					n = 0
				}
				return n, err
			}}
		}), "write deadline"},
		{"Write is silent after the end", wrapped(func(conn ptyio.Conn) faultyConn {
			return faultyConn{write: func(p []byte) (int, error) {
				conn.Write(p)
				return len(p), nil
			}}
		}), "writing after the end"},
		{"CloseStdin does nothing", wrapped(func(ptyio.Conn) faultyConn {
			return faultyConn{closeStdin: func() error { return nil }}
		}), "CloseStdin ends the input"},
		{"CloseStdin fails the second time", wrapped(func(conn ptyio.Conn) faultyConn {
			again := false
			return faultyConn{closeStdin: func() error {
				if again {
					return os.ErrClosed
				}
				again = true
				return conn.CloseStdin()
			}}
		}), "CloseStdin ends the input"},
		{"deadlines do nothing", wrappedOutput(func(ptyio.Output) faultyOutput {
			return faultyOutput{deadline: func(time.Time) error { return nil }}
		}), "read deadline"},
		{"Receive takes more than its limit", wrappedOutput(func(out ptyio.Output) faultyOutput {
			return faultyOutput{receive: func(limit int, f func([]byte)) error { return out.Receive(limit+1, f) }}
		}), "Receive keeps its limit"},
		{"Receive calls in spite of an error", wrappedOutput(func(out ptyio.Output) faultyOutput {
			return faultyOutput{receive: func(limit int, f func([]byte)) error {
				err := out.Receive(limit, f)
				if err != nil {
					f(nil)
				}
				return err
			}}
		}), "Receive calls nothing on an error"},
	}
}

// exitFaults are those in how the end is told.
func exitFaults() []fault {
	return []fault{
		{"the exit is always 0", withExit(func(exit ptyio.Exit) ptyio.Exit { exit.Code = 0; return exit }), "exit codes"},
		{"the signal is lost", withExit(func(exit ptyio.Exit) ptyio.Exit { exit.Signal = 0; return exit }), "signals"},
		{"the exit has no times", withExit(func(exit ptyio.Exit) ptyio.Exit {
			exit.Started, exit.Ended = time.Time{}, time.Time{}
			return exit
		}), "exit codes"},
		{"only one Wait gets the exit", wrapped(func(conn ptyio.Conn) faultyConn {
			var once sync.Once
			return faultyConn{wait: func() (exit ptyio.Exit, err error) {
				conn.Wait()
				once.Do(func() { exit, err = conn.Wait() })
				return exit, err
			}}
		}), "Wait tells all the same"},
		{"OnExit never calls", wrapped(func(ptyio.Conn) faultyConn {
			return faultyConn{onExit: func(func(ptyio.Exit, error)) {}}
		}), "OnExit before and after the end"},
		{"OnExit calls twice", wrapped(func(conn ptyio.Conn) faultyConn {
			return faultyConn{onExit: func(f func(ptyio.Exit, error)) { conn.OnExit(f); conn.OnExit(f) }}
		}), "OnExit before and after the end"},
		{"OnExit calls at once", wrapped(func(ptyio.Conn) faultyConn {
			return faultyConn{onExit: func(f func(ptyio.Exit, error)) { f(ptyio.Exit{}, nil) }}
		}), "OnExit before and after the end"},
		{"Kill fails after the end", wrapped(func(conn ptyio.Conn) faultyConn {
			return faultyConn{kill: func() error { return conn.Signal(syscall.SIGKILL) }}
		}), "Kill"},
		{"Signal after the end is nil", wrapped(func(conn ptyio.Conn) faultyConn {
			return faultyConn{signal: func(sig syscall.Signal) error { conn.Signal(sig); return nil }}
		}), "a signal after the end"},
	}
}

// stopFaults are those in what ends a child.
func stopFaults() []fault {
	return []fault{
		{"Stop does not ask", withStop(func(conn ptyio.Conn, _ time.Duration) (ptyio.Exit, error) { return conn.Stop(0) }), "Stop asks"},
		{"Stop does not wait for the grace", withStop(func(conn ptyio.Conn, grace time.Duration) (ptyio.Exit, error) {
			return conn.Stop(grace / 2)
		}), "Stop kills after the grace"},
		{"Stop does not kill", withStop(func(conn ptyio.Conn, _ time.Duration) (ptyio.Exit, error) {
			conn.Signal(syscall.SIGTERM)
			return conn.Wait()
		}), "Stop kills after the grace"},
		{"Stop does not wake", withStop(func(conn ptyio.Conn, grace time.Duration) (ptyio.Exit, error) {
			conn.Signal(syscall.SIGTERM)
			timer := time.AfterFunc(max(grace, 0), func() { conn.Kill() })
			defer timer.Stop()
			return conn.Wait()
		}), "Stop wakes a stopped child"},
		{"Stop asks each time", broken{wrap: stopsAsking}, "Stop by many asks once"},
		{"Stop fails after the end", withStop(func(conn ptyio.Conn, grace time.Duration) (ptyio.Exit, error) {
			if conn.Signal(0) != nil {
				return ptyio.Exit{}, os.ErrProcessDone
			}
			return conn.Stop(grace)
		}), "Stop after the end"},
		{"Close does nothing", withClose(func(ptyio.Conn) error { return nil }), "Close ends everything"},
		{"Close only kills", withClose(func(conn ptyio.Conn) error { return conn.Kill() }), "Close ends everything"},
		{"Close fails again", wrapped(func(conn ptyio.Conn) faultyConn {
			again := false
			return faultyConn{close: func() error {
				if again {
					return os.ErrClosed
				}
				again = true
				return conn.Close()
			}}
		}), "Close ends everything"},
		{"Resize says nothing", wrapped(func(ptyio.Conn) faultyConn {
			return faultyConn{resize: func(ptyio.Size) error { return nil }}
		}), "Resize without a terminal"},
		{"the PID is lost at the end", wrapped(func(conn ptyio.Conn) faultyConn {
			return faultyConn{pid: func() int {
				if conn.Signal(0) != nil {
					return 0
				}
				return conn.PID()
			}}
		}), "the child has one identity"},
	}
}

func pause(d time.Duration) { <-time.NewTimer(d).C }

func wrapped(faulty func(conn ptyio.Conn) faultyConn) broken {
	return broken{wrap: func(conn ptyio.Conn) ptyio.Conn {
		f := faulty(conn)
		f.Conn = conn
		return f
	}}
}

func wrappedOutput(faulty func(out ptyio.Output) faultyOutput) broken {
	return wrapped(func(ptyio.Conn) faultyConn {
		return faultyConn{stdout: func(out ptyio.Output) ptyio.Output {
			f := faulty(out)
			f.Output = out
			return f
		}}
	})
}

func withExit(change func(exit ptyio.Exit) ptyio.Exit) broken {
	return wrapped(func(conn ptyio.Conn) faultyConn {
		return faultyConn{wait: func() (ptyio.Exit, error) {
			exit, err := conn.Wait()
			return change(exit), err
		}}
	})
}

func withStop(stop func(conn ptyio.Conn, grace time.Duration) (ptyio.Exit, error)) broken {
	return wrapped(func(conn ptyio.Conn) faultyConn {
		return faultyConn{stop: func(grace time.Duration) (ptyio.Exit, error) { return stop(conn, grace) }}
	})
}

func withClose(closed func(conn ptyio.Conn) error) broken {
	return wrapped(func(conn ptyio.Conn) faultyConn {
		return faultyConn{close: func() error { return closed(conn) }}
	})
}
