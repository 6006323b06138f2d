//go:build !unix

package main

import "os"

func ignoreBrokenPipe() {} // there is no such signal

// Without SIGSTOP the worker may finish its task before it is killed.
func freeze(int) error { return nil }
func thaw(int) error   { return nil }

func kill(pid int) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Kill()
}
