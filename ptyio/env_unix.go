//go:build unix

package ptyio

// envKey returns what makes two names of environment variables the same.
func envKey(name string) string { return name }
