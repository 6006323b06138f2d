package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far the job is: a bar on a terminal, else a plain line
// for each tenth.
type progress struct {
	w     io.Writer
	bar   *progressbar.ProgressBar // nil if w is no terminal
	total int

	mu   sync.Mutex
	done int
}

func newProgress(w io.Writer, total int) *progress {
	p := &progress{w: w, total: total}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(f),
			progressbar.OptionSetDescription("counting"),
			progressbar.OptionShowCount(),
			progressbar.OptionFullWidth(),
		)
	}
	return p
}

// step says that one more file is done. Safe for concurrent use.
func (p *progress) step() {
	if p.bar != nil {
		_ = p.bar.Add(1) // what a terminal does not show is no loss
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.done*10/p.total > (p.done-1)*10/p.total {
		fmt.Fprintf(p.w, "%d of %d files\n", p.done, p.total)
	}
}

// end leaves the bar's line.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Exit()
		fmt.Fprintln(p.w)
	}
}
