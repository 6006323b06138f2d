package ptyio_test

import (
	"context"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/ptyio"
	"brood/ptyio/ptyiotest"
)

// become is a zygote whose forks execute what their environment says, so that
// they can be any program.
const become = `
import os, brood_worker
try:
    brood_worker.serve(None)
except RuntimeError:
    argv = bytes.fromhex(os.environ.pop("BECOME")).split(b"\0")
    os.execv(argv[0], argv)
`

// startZygote starts a zygote, of which the caller may start forks.
func startZygote(t *testing.T, script string, containment ptyio.Containment) (*ptyio.Zygote, ptyio.Conn) {
	t.Helper()
	program, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	sdk, err := filepath.Abs("../runtime/worker/python")
	require.NoError(t, err)
	z := new(ptyio.Zygote)
	conn, err := z.Host().Start(ptyio.Command{
		Path:        program,
		Args:        []string{"-B", "-c", script},
		Env:         ptyio.Env{Set: map[string]string{"PYTHONPATH": sdk}},
		Containment: containment,
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		conn.Close()
		_, err := conn.Wait()
		require.NoError(t, err)
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := z.AwaitReady(ctx); err != nil {
		said := make([]byte, 4096)
		n, _ := conn.Stderr().Read(said)
		require.NoError(t, err, "%s", said[:n])
	}
	return z, conn
}

// forkOf makes a command one for the zygote become.
func forkOf(cmd ptyio.Command) ptyio.Command {
	argv := strings.Join(append([]string{cmd.Path}, cmd.Args...), "\x00")
	set := map[string]string{"BECOME": hex.EncodeToString([]byte(argv))}
	for name, value := range cmd.Env.Set {
		set[name] = value
	}
	cmd.Env.Set = set
	return cmd
}

func TestZygoteThatHangsIsKilled(t *testing.T) {
	z, conn := startZygote(t, become, ptyio.Containment{})
	require.NoError(t, conn.Signal(syscall.SIGSTOP))
	z.SetPatience(time.Millisecond)
	_, err := z.Start(ptyio.Command{Path: "fork"})
	require.ErrorIs(t, err, ptyio.ErrZygoteEnded)
	exit, err := conn.Wait()
	require.NoError(t, err)
	require.Equal(t, syscall.SIGKILL, exit.Signal)
}

func TestForksConform(t *testing.T) {
	for _, level := range []ptyio.Level{ptyio.LevelGroup, ptyio.LevelMarks, ptyio.LevelCgroup} {
		if testing.Short() && level != ptyio.LevelMarks {
			continue
		}
		t.Run(level.String(), func(t *testing.T) {
			containment := ptyio.Containment{Limit: level}
			z, _ := startZygote(t, become, containment)
			ptyiotest.Conformance(t, ptyiotest.Subject{
				Transport: z,
				Command: func(role string, args ...string) ptyio.Command {
					cmd := ptyiotest.RoleCommand(role, args...)
					cmd.Containment = containment
					if cmd.Path == "" {
						return cmd
					}
					if self, err := os.Executable(); err == nil {
						cmd.Path = self
					}
					return forkOf(cmd)
				},
			})
		})
	}
}
