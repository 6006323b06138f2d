package telemetry_test

import (
	"os"
	"testing"

	"brood/tests/leak"
)

// helperName is the variable that makes this binary do a helper's work.
const helperName = "TELEMETRY_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperName) == "global" {
		setGlobalSDK()
		return
	}
	os.Exit(leak.Run(m))
}
