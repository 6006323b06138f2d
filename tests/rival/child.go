package rival

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"brood/runtime/worker"
)

const (
	// workerName is under which the program is a worker that speaks frames.
	workerName = "rival-echo"
	// envChild makes the executed program a child that speaks lines of JSON.
	envChild = "RIVAL_CHILD"
	// jsonChild is its value.
	jsonChild = "json"
)

// Child does the work of a child and exits, if that is what the program was
// executed for.
func Child() {
	if worker.Name() == workerName {
		worker.Exit(worker.Serve(echo))
	}
	if os.Getenv(envChild) == jsonChild {
		if err := echoJSON(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "rival: child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

func echo(_ context.Context, payload []byte) ([]byte, error) { return payload, nil }

// self returns the command that executes the program as a child.
func self(name, value string) *exec.Cmd {
	cmd := exec.Command(executable())
	cmd.Env = append(os.Environ(), name+"="+value)
	return cmd
}

func executable() string {
	if path, err := os.Executable(); err == nil {
		return path
	}
	return os.Args[0]
}
