//go:build unix

package ptyio_test

import (
	"os/exec"
	"syscall"
)

func setSession(cmd *exec.Cmd, own bool) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: own}
}
