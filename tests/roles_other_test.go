//go:build !linux

package tests

// roles is empty where the tests that need children do not run.
var roles map[string]func()
