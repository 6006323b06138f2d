package tests

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReadmeShowsTheTestedExample: what README shows first is an Example that
// go test runs, to the letter.
func TestReadmeShowsTheTestedExample(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("../runtime/example_test.go")
	require.NoError(t, err)
	_, body, found := strings.Cut(string(source), "// shout is")
	require.True(t, found)
	example := "// shout is" + strings.TrimRight(body, "\n")
	assert.Contains(t, string(readme), "```go\n"+example+"\n```")
	_, inside, _ := strings.Cut(example, "func Example() {\n")
	assert.LessOrEqual(t, strings.Count(inside, "\n"), 20, "a newcomer reads 20 lines")
}

// TestReadmeLinksLeadSomewhere: each relative link of README is there.
func TestReadmeLinksLeadSomewhere(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	links := regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(string(readme), -1)
	require.NotEmpty(t, links)
	for _, link := range links {
		_, err := os.Stat("../" + link[1])
		assert.NoError(t, err)
	}
}
