package ptyio

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
)

// interpreterError says that what is to run file cannot be run, because of err.
func interpreterError(file string, err error) error {
	name := interpreterOf(file)
	if name == "" {
		name = loaderOf(file)
	}
	if name == "" {
		return fmt.Errorf("%w: %w", ErrInterpreter, err)
	}
	return fmt.Errorf("%w: %s: %w", ErrInterpreter, onOneLine(name), err)
}

// badInterpreter reports whether file is a script whose interpreter cannot be
// run. Without that the missing permission is one on the file.
func badInterpreter(file, dir string) bool {
	interpreter := interpreterOf(file)
	if interpreter == "" {
		return false
	}
	if !filepath.IsAbs(interpreter) {
		interpreter = filepath.Join(dir, interpreter)
	}
	info, err := os.Stat(interpreter)
	return err != nil || info.IsDir() || info.Mode()&0o111 == 0
}

// interpreterOf returns what the first line of file names after "#!", as the
// kernel reads it (execve(2)): up to a space or a tab, and thus with the carriage
// return of a line that was written on Windows.
func interpreterOf(file string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	var head [256]byte // the kernel looks no further
	n, _ := f.Read(head[:])
	line, ok := bytes.CutPrefix(head[:n], []byte("#!"))
	if !ok {
		return ""
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
	line = bytes.TrimLeft(line, " \t")
	if end := bytes.IndexAny(line, " \t\x00"); end >= 0 {
		line = line[:end]
	}
	return string(line)
}

// loaderOf returns the loader that a binary names, elf(5), PT_INTERP.
func loaderOf(file string) string {
	f, err := elf.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for _, part := range f.Progs {
		if part.Type == elf.PT_INTERP {
			var name [4096]byte // the longest path
			n, _ := part.ReadAt(name[:], 0)
			path, _, _ := bytes.Cut(name[:n], []byte{0})
			return string(path)
		}
	}
	return ""
}
