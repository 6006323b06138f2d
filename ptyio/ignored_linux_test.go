package ptyio_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func init() { helpers["ignorant"] = ignorant }

// showIgnored is a program that is not written in Go, whose run time would set
// up signals of its own.
var showIgnored = []string{"grep", "SigIgn", "/proc/self/status"}

// ignorant ignores signals and shows what that means for a child of os/exec
// and for one of ptyio.
func ignorant([]string) {
	signal.Ignore(syscall.SIGHUP, syscall.SIGTERM, syscall.SIGPIPE)
	plain, err := exec.Command(showIgnored[0], showIgnored[1:]...).Output()
	exitOn(err)
	conn, err := ptyio.Pipes{}.Start(ptyio.Command{Path: showIgnored[0], Args: showIgnored[1:]})
	exitOn(err)
	own, err := io.ReadAll(conn.Stdout())
	exitOn(err)
	_, err = conn.Wait()
	exitOn(err)
	exitOn(conn.Close())
	exitOn(syscall.Kill(os.Getpid(), syscall.SIGTERM)) // it lives on
	fmt.Printf("%s%s", plain, own)
}

func TestAChildIgnoresNoSignalThatTheOwnerIgnores(t *testing.T) {
	conn := start(t, ptyio.Pipes{}, helper("ignorant"))
	out, err := io.ReadAll(conn.Stdout())
	require.NoError(t, err)
	require.True(t, wait(t, conn).Success())
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, lines, 2, "%s", out)
	ignored := func(line string, sig syscall.Signal) bool {
		_, mask, _ := strings.Cut(line, "\t")
		bits, err := strconv.ParseUint(mask, 16, 64)
		require.NoError(t, err)
		return bits&(1<<(sig-1)) != 0
	}
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM, syscall.SIGPIPE} {
		assert.True(t, ignored(lines[0], sig), "control: os/exec hands %s on as ignored", sig)
		assert.False(t, ignored(lines[1], sig), "%s", sig)
	}
}
