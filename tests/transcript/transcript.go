package transcript

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the transcripts in testdata with what the code says now")

// Replay replays each .txt file in testdata/dir. A line is an event; the
// indented lines below it are what the code answers; blank lines and lines that
// begin with # are kept as they are. start returns what answers the events of
// one file. With the flag -update the answers are rewritten instead of compared.
func Replay(t *testing.T, dir string, start func(t *testing.T) func(event string) []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", dir, "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			got := replay(string(want), start(t))
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				return
			}
			assert.Equal(t, string(want), got)
		})
	}
}

// replay returns text with its answers written anew.
func replay(text string, answer func(event string) []string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "\t") {
			continue
		}
		out.WriteString(line + "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, said := range answer(line) {
			out.WriteString("\t" + said + "\n")
		}
	}
	return out.String()
}

// Fields splits "word a=1 b=2" into its words and its values by name.
func Fields(line string) (words []string, values map[string]string) {
	values = map[string]string{}
	for _, field := range strings.Fields(line) {
		if name, value, ok := strings.Cut(field, "="); ok {
			values[name] = value
		} else {
			words = append(words, field)
		}
	}
	return words, values
}
