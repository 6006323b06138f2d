package tests

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// program is a program that uses brood and follows signals: it has two
// witnesses, a pool and, if its second argument says so, a stubborn child.
func program() {
	rt, err := runtime.New(runtime.Options{ShutdownTimeout: time.Minute})
	check(err)
	rt.HandleSignals()
	hosts := [][]string{{"witness", os.Args[1], "first"}, {"witness", os.Args[1], "second"}}
	if os.Args[2] == "stubborn" {
		hosts = append(hosts, []string{"stubborn"})
	}
	for _, host := range hosts {
		hostUntilReady(rt, host)
	}
	worker := runtime.Worker("worker")
	_, err = rt.StartPool(context.Background(), runtime.PoolSpec{Command: worker, Size: 2})
	check(err)
	fmt.Println("up")
	<-rt.Stopping()
	fmt.Println("stopping")
	<-rt.Done()
	fmt.Println("down", rt.Signalled(), rt.Shutdown(context.Background()))
	os.Exit(128 + int(rt.Signalled().(syscall.Signal)))
}

// service is a program that runs under a service manager. Its child must not
// find the manager.
func service() {
	rt, err := runtime.New(runtime.Options{})
	check(err)
	rt.HandleSignals()
	result, err := rt.Run(context.Background(), runtime.RunSpec{Command: runtime.Shell("echo $NOTIFY_SOCKET$WATCHDOG_USEC")})
	check(err)
	if text := result.Text(); text != "" {
		check(fmt.Errorf("the child found %s", text))
	}
	told, err := rt.NotifyReady()
	check(err)
	if !told {
		check(errors.New("there is no manager"))
	}
	<-rt.Done()
	check(rt.Shutdown(context.Background()))
	os.Exit(128 + int(rt.Signalled().(syscall.Signal)))
}

// hostUntilReady starts a child in a role and waits for the first that it prints.
func hostUntilReady(rt *runtime.Runtime, role []string) {
	c := runtime.Worker(role[0], role[1:]...)
	printed := make(chan struct{}, 1) // it prints once
	_, err := rt.Start(context.Background(), runtime.ProcessSpec{
		Command: c, Grace: time.Hour, Output: func(actors.Stream, []byte) { printed <- struct{}{} },
	})
	check(err)
	<-printed
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func startProgram(t *testing.T, mode string) (p *runtime.Process, out *screen, log string) {
	t.Helper()
	out, log = &screen{}, filepath.Join(t.TempDir(), "log")
	p = start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
		Command: command(t, "program", log, mode), Restart: runtime.Temporary, Output: out.print,
	})
	out.shows(t, "up\n")
	return p, out, log
}

func TestSignalEndsProgramInOrder(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			p, out, log := startProgram(t, "")
			require.NoError(t, p.Signal(sig))
			exit, err := p.Wait(within(t, limit))
			require.NoError(t, err)
			assert.Equal(t, 128+int(sig), exit.Code, "%s\n%s", exit, exit.StderrTail)
			assert.Contains(t, out.String(), fmt.Sprintf("down %s <nil>", sig))
			assert.Equal(t, []string{"second", "first"}, lines(t, log))
			noChildren(t)
		})
	}
}

func TestCase46SecondSignalEndsProgramAtOnce(t *testing.T) {
	p, out, _ := startProgram(t, "stubborn")
	require.NoError(t, p.Signal(syscall.SIGINT))
	out.shows(t, "stopping\n")
	assert.NotZero(t, p.OSPID(), "the stubborn one is in no hurry")
	began := time.Now()
	require.NoError(t, p.Signal(syscall.SIGINT))
	exit, err := p.Wait(within(t, limit))
	require.NoError(t, err)
	assert.Less(t, time.Since(began), 30*time.Second, "half of what it may take without")
	assert.Equal(t, 130, exit.Code, "%s\n%s", exit, exit.StderrTail)
	noChildren(t)
}
