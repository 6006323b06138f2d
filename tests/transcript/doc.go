// Package transcript replays files of events and answers, for tests of pure
// decisions: a reviewer reads in them what the code does. It is for brood's own
// tests.
package transcript
