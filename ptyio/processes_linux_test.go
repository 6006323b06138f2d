package ptyio_test

import (
	"bytes"
	"fmt"
	"os"
)

// gone reports whether pid is no process or a zombie, proc_pid_stat(5).
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := bytes.Cut(stat, []byte(") "))
	return len(rest) > 0 && (rest[0] == 'Z' || rest[0] == 'X')
}

// lineLimit is how long a line may be that a terminal collects.
const lineLimit = 4095
