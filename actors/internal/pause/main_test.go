package pause_test

import (
	"os"
	"testing"

	"brood/tests/leak"
)

func TestMain(m *testing.M) { os.Exit(leak.Run(m)) }
