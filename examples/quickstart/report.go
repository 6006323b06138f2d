package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
	"unicode/utf8"
)

// largestShown is how many of the largest files are told.
const largestShown = 5

// report is what the job found.
type report struct {
	// Files, Bytes, Lines and Words are sums over the files that were counted.
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
	Lines int64 `json:"lines"`
	Words int64 `json:"words"`
	// Failed counts the Failures: the reasons, by path. In a path that is not
	// valid UTF-8 the other bytes are written as \xNN.
	Failed   int               `json:"failed"`
	Failures map[string]string `json:"failures"`
	Largest  []largeFile       `json:"largest"`

	TasksPerSecond float64        `json:"tasks_per_second"`
	Restarts       int            `json:"restarts"`
	ChildrenLeft   int            `json:"children_left"`
	Shell          string         `json:"shell"`
	Spans          map[string]int `json:"spans"`

	unexplained int // failures that are ours and not the file's
}

type largeFile struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func newReport() *report { return &report{Failures: map[string]string{}, Largest: []largeFile{}} }

// add enters a file that was counted.
func (r *report) add(path string, c counts) {
	r.Files++
	r.Bytes += c.Bytes
	r.Lines += c.Lines
	r.Words += c.Words
	r.Largest = append(r.Largest, largeFile{readable(path), c.Bytes, c.SHA256})
	slices.SortStableFunc(r.Largest, func(a, b largeFile) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Path, b.Path))
	})
	r.Largest = r.Largest[:min(len(r.Largest), largestShown)]
}

// fail enters a file that was not, and why.
func (r *report) fail(path string, why error) {
	key := readable(path)
	for n := 2; r.Failures[key] != ""; n++ { // two paths can look alike
		key = fmt.Sprintf("%s (%d)", readable(path), n)
	}
	r.Failures[key] = why.Error()
	r.Failed++
}

// complete reports whether all is well: every file is accounted for, no child
// is left, and the shell has answered.
func (r *report) complete() bool { return r.ChildrenLeft == 0 && r.Shell != "" && r.unexplained == 0 }

// readable makes valid UTF-8 of a path: bytes that are not become \xNN.
func readable(path string) string {
	if utf8.ValidString(path) {
		return path
	}
	var out []byte
	for i := 0; i < len(path); {
		r, size := utf8.DecodeRuneInString(path[i:])
		if r == utf8.RuneError && size == 1 {
			out = fmt.Appendf(out, `\x%02x`, path[i])
		} else {
			out = append(out, path[i:i+size]...)
		}
		i += size
	}
	return string(out)
}

func (r *report) print(w io.Writer, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	row := func(name string, value any) { fmt.Fprintf(t, "%s\t%v\n", name, value) }
	row("files", r.Files)
	row("failed", r.Failed)
	row("bytes", r.Bytes)
	row("lines", r.Lines)
	row("words", r.Words)
	for i, f := range r.Largest {
		row(fmt.Sprintf("largest %d", i+1), fmt.Sprintf("%d\t%s", f.Bytes, quote(f.Path)))
	}
	row("tasks per second", fmt.Sprintf("%.0f", r.TasksPerSecond))
	row("restarts", r.Restarts)
	row("children left", r.ChildrenLeft)
	row("shell", r.Shell)
	for _, name := range slices.Sorted(maps.Keys(r.Spans)) {
		row("spans "+name, r.Spans[name])
	}
	for _, path := range slices.Sorted(maps.Keys(r.Failures)) {
		row("not counted", fmt.Sprintf("%s\t%s", r.Failures[path], quote(path)))
	}
	return t.Flush()
}

// quote makes a path safe for a terminal and for a table of lines.
func quote(path string) string {
	if q := strconv.Quote(path); q != `"`+path+`"` {
		return q
	}
	return path
}
