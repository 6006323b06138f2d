package leak

import (
	"os"
	"testing"
	"time"
)

// control names the environment variable that makes the re-executed test
// binary leak what its value says.
const control = "LEAK_CONTROL"

// lingerTime bounds the life of a process that is leaked on purpose, in case
// that nothing kills it.
const lingerTime = time.Minute

func TestMain(m *testing.M) {
	switch os.Getenv(control) {
	case "linger":
		<-time.After(lingerTime)
		os.Exit(0)
	case "fork":
		// Leaves a grandchild to whoever adopts orphans.
		startLingering(os.Environ())
		os.Exit(0)
	}
	os.Exit(Run(m))
}
