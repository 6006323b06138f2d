package ptyiotest

import (
	"os"
	"testing"

	"brood/tests/leak"
)

func TestMain(m *testing.M) {
	RunRole()
	os.Exit(leak.Run(m))
}
