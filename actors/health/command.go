package health

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"brood/ptyio"
)

// EnvChildPID is the environment variable in which a command that is run beside
// a child finds the child's process id.
const EnvChildPID = "BROOD_CHILD_PID"

// Command finds out whether a command exits with 0. It is run each time,
// contained as it says, with nothing as its stdin, stdout and stderr and the
// child's process id in the variable EnvChildPID, and is killed with all that
// it started when the time for the probe is over.
type Command struct {
	Command ptyio.Command
}

var _ Probe = Command{}

// Validate returns everything that is wrong with the probe, or nil.
func (p Command) Validate() error {
	return errors.Join(
		fault(p.Command.Path == "", "Command.Path is empty"),
		fault(p.Command.Detached, "Command is Detached"),
	)
}

// Open prepares to look at one incarnation.
func (p Command) Open(child *Child) func(context.Context) error {
	return func(ctx context.Context) error {
		exit, err := Run(ctx, p.Command, child.PID)
		switch {
		case err != nil:
			return err
		case !exit.Success():
			return fmt.Errorf("%s: %s", p.Command.Name(), exit)
		}
		return nil
	}
}

// Run runs a command beside the child with this process id, as Command says,
// until it has ended or ctx does. Nothing of it runs when it returns, as far as
// its containment reaches. The error is that of the start, or ctx's.
func Run(ctx context.Context, cmd ptyio.Command, pid int) (ptyio.Exit, error) {
	cmd.Env.Set = maps.Clone(cmd.Env.Set)
	if cmd.Env.Set == nil {
		cmd.Env.Set = make(map[string]string, 1)
	}
	cmd.Env.Set[EnvChildPID] = strconv.Itoa(pid)
	nothing := ptyio.Stdio{Null: true}
	conn, err := ptyio.Pipes{Stdin: nothing, Stdout: nothing, Stderr: nothing}.Start(cmd)
	if err != nil {
		return ptyio.Exit{Code: -1}, err
	}
	defer conn.Close()
	ended := make(chan struct{})
	conn.OnExit(func(ptyio.Exit, error) { close(ended) })
	select {
	case <-ended:
	case <-ctx.Done():
		_, _ = conn.Stop(-1) // reaped when it returns, or in the kernel's hands
		return ptyio.Exit{Code: -1}, ctx.Err()
	}
	return conn.Wait()
}
