//go:build race

package ptyio_test

const raceEnabled = true
