package python

import (
	"bytes"
	_ "embed" // the file is part of the program
	"fmt"
	"os"
	"path/filepath"
)

// FileName is the name of the file. A script imports it without the ending.
const FileName = "brood_worker.py"

//go:embed brood_worker.py
var source []byte

// Source returns the text of the file.
func Source() string { return string(source) }

// WriteTo puts the file into dir, which must exist, unless it is there already.
// Nobody ever finds half of it: several programs may do so at the same time.
func WriteTo(dir string) error {
	path := filepath.Join(dir, FileName)
	if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, source) {
		return nil
	}
	if err := replace(dir, path); err != nil {
		return fmt.Errorf("python: write %s: %w", path, err)
	}
	return nil
}

func replace(dir, path string) error {
	f, err := os.CreateTemp(dir, FileName)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // it is not there any more, if all went well
	_, err = f.Write(source)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
