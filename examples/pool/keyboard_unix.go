//go:build unix

package main

// terminalName is the terminal that the program was started on.
const terminalName = "/dev/tty"
