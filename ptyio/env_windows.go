package ptyio

import "strings"

// envKey returns what makes two names of environment variables the same.
func envKey(name string) string { return strings.ToUpper(name) }
