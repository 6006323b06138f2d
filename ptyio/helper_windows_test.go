package ptyio_test

import "os/exec"

func setSession(*exec.Cmd, bool) {}
