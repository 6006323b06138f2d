package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// print writes the tables.
func (r *report) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	r.printNumbers(table)
	r.printRatios(table)
	r.printScale(table)
	r.printRecovery(table)
	if err := table.Flush(); err != nil {
		return err
	}
	return r.printNotes(w)
}

// row writes cells; the first is aligned to the left by its own width.
func row(w io.Writer, first string, cells ...string) {
	fmt.Fprintf(w, "%-24s\t", first)
	for _, cell := range cells {
		fmt.Fprintf(w, "%s\t", cell)
	}
	fmt.Fprintln(w)
}

// number formats a value that is zero if it was not measured.
func number(value float64, format string) string {
	if value == 0 {
		return "-"
	}
	return fmt.Sprintf(format, value)
}

func thousands(value float64) string { return number(value/1e3, "%.1fk") }

func (r *report) printNumbers(w io.Writer) {
	row(w, "pool of 4, 100 bytes", "p50 us", "p99 us", "64 out", "cpu us", "5,000", "batch", "recovery ms")
	for _, c := range r.Results {
		if len(c.Numbers) == 0 {
			continue
		}
		row(w, c.Name,
			number(c.median("outstanding=1"+p50Micros), "%.0f"),
			number(c.median("outstanding=1"+p99Micros), "%.0f"),
			thousands(c.median("outstanding=64"+perSecond)),
			number(c.median("outstanding=64"+cpuMicros), "%.1f"),
			thousands(c.median("queued=5000"+perSecond)),
			thousands(c.median("batch=5000"+perSecond)),
			number(c.median(recovery+millis), "%.1f"),
		)
	}
}

// printRatios says how many times the tasks a second of each rival brood does,
// and how much of its p50 it needs.
func (r *report) printRatios(w io.Writer) {
	ours := []string{"brood-go", "brood-go-64", "brood-c", "brood-c-64"}
	for _, of := range []struct{ title, number string }{
		{"64 out: times as many", "outstanding=64" + perSecond},
		{"5,000: times as many", "queued=5000" + perSecond},
		{"p50: times as long", "outstanding=1" + p50Micros},
	} {
		fmt.Fprintln(w)
		row(w, of.title, ours...)
		for _, c := range r.Results {
			if isBrood(c.Name) || c.Numbers[of.number] == nil {
				continue
			}
			var cells []string
			for _, name := range ours {
				cells = append(cells, number(r.named(name).times(c, of.number), "%.2f"))
			}
			row(w, c.Name, cells...)
		}
	}
}

// printScale says what is left of brood's tasks a second with more workers and
// with more that waits, and what a batch brings.
func (r *report) printScale(w io.Writer) {
	fmt.Fprintln(w)
	row(w, "brood by itself", "64 workers", "of 4's", "100,000", "of 64's", "batch", "of 5,000's")
	for _, c := range r.Results {
		if !isBrood(c.Name) || c.Numbers["outstanding=64"+perSecond] == nil {
			continue
		}
		cells := []string{c.Name}
		for _, pair := range [][2]string{
			{manyWorkers, "outstanding=64"}, {"queued=100000", "outstanding=64"}, {"batch=5000", "queued=5000"},
		} {
			base := newResult("")
			base.Numbers[pair[0]+perSecond] = c.Numbers[pair[1]+perSecond]
			cells = append(cells, thousands(c.median(pair[0]+perSecond)), number(c.times(base, pair[0]+perSecond), "%.2f"))
		}
		row(w, cells[0], cells[1:]...)
	}
}

// printRecovery compares brood's recovery with a bare start of the same worker.
func (r *report) printRecovery(w io.Writer) {
	fmt.Fprintln(w)
	row(w, "SIGKILL to first answer", "ms", "bare start ms", "times")
	for _, language := range []string{"go", "c"} {
		bare := r.named("start-" + language)
		for _, name := range []string{"brood-" + language + "-nopause", "brood-" + language} {
			c := r.named(name)
			row(w, name, number(c.median(recovery+millis), "%.1f"), number(bare.median(recovery+millis), "%.1f"),
				number(c.times(bare, recovery+millis), "%.2f"))
		}
	}
}

// printNotes says what is missing and why: for each reason who.
func (r *report) printNotes(w io.Writer) error {
	who := map[string][]string{}
	for _, c := range r.Results {
		if c.NotHere != "" {
			who["not here: "+c.NotHere] = append(who["not here: "+c.NotHere], c.Name)
		}
		for shape, reason := range c.Notes {
			line := shape + ": " + reason
			who[line] = append(who[line], c.Name)
		}
	}
	text := "\n"
	for _, line := range slices.Sorted(maps.Keys(who)) {
		text += line + ": " + strings.Join(who[line], ", ") + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}
