package tree

// Level names how far containment reaches. Stronger levels are greater.
type Level int8

// The levels; package ptyio says what each means.
const (
	LevelProcess Level = iota + 1
	LevelGroup
	LevelMarks
	LevelCgroup
)

var levelNames = [...]string{0: "none", LevelProcess: "process", LevelGroup: "group (weak)", LevelMarks: "marks", LevelCgroup: "cgroup"}

// String returns the level's name, as in telemetry.
func (l Level) String() string {
	if l >= 0 && int(l) < len(levelNames) {
		return levelNames[l]
	}
	return levelNames[0]
}
