package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"syscall"
)

// workerName is the name under which the program is its own worker.
const workerName = "count"

// counts is what a worker finds out about one file.
type counts struct {
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Lines  int64  `json:"lines"`
	Words  int64  `json:"words"`
}

var errNotRegular = errors.New("not a regular file any more")

// countFile handles one task in the worker: the payload is the file's path, in
// whatever bytes the file system has.
func countFile(ctx context.Context, path []byte) ([]byte, error) {
	f, err := openRegular(string(path))
	if err != nil {
		return nil, reason(err)
	}
	defer f.Close()
	c, err := countAll(ctx, f)
	if err != nil {
		return nil, reason(err)
	}
	return json.Marshal(c)
}

// openRegular opens a file that may have become something else since it was
// found, such as a pipe nobody writes to.
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// reason takes the path out of an error: who reads it knows the path.
func reason(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

// countAll reads block by block, so that a file of any size takes little
// memory.
func countAll(ctx context.Context, r io.Reader) (counts, error) {
	var c counts
	sum := sha256.New()
	words := wordCounter{}
	block := make([]byte, 256<<10)
	for {
		n, err := r.Read(block)
		sum.Write(block[:n])
		c.Bytes += int64(n)
		c.Lines += int64(bytes.Count(block[:n], []byte{'\n'}))
		words.add(block[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = ctx.Err() // the task was cancelled
		}
		if err != nil {
			return counts{}, err
		}
	}
	c.SHA256 = hex.EncodeToString(sum.Sum(nil))
	c.Words = words.n
	return c, nil
}

// wordCounter counts words as wc does in the C locale: a word begins with a
// printable character and ends at white space.
type wordCounter struct {
	n      int64
	inWord bool
}

type class byte

const (
	other class = iota // neither begins a word nor ends one
	space
	printable
)

var classes = func() (table [256]class) {
	for b := '!'; b <= '~'; b++ {
		table[b] = printable
	}
	for _, b := range " \t\n\v\f\r" {
		table[b] = space
	}
	return table
}()

func (w *wordCounter) add(block []byte) {
	for _, b := range block {
		switch classes[b] {
		case space:
			w.inWord = false
		case printable:
			if !w.inWord {
				w.n++
				w.inWord = true
			}
		}
	}
}
