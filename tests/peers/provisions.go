package main

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed node/*.mjs node/package.json node/package-lock.json python/peer.py
var sources embed.FS

// errOffline says that something would have to be installed.
var errOffline = errors.New("not installed")

// copySources copies a folder of the sources to dir.
func copySources(from, dir string) error {
	files, err := fs.Sub(sources, from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), text, 0o600)
	})
}

func (f *field) pythonSources() (string, error) {
	dir := filepath.Join(f.scratch, "python")
	return dir, copySources("python", dir)
}

func (f *field) nodeSources() (string, error) {
	dir := filepath.Join(f.scratch, "node")
	return dir, copySources("node", dir)
}

// packages returns the folder that has the packages of npm, as the lock file
// pins them, with the sources beside them.
func (f *field) packages() (string, error) {
	return f.once("npm", func() (string, error) {
		lock, err := sources.ReadFile("node/package-lock.json")
		if err != nil {
			return "", err
		}
		cache, err := cacheDir()
		if err != nil {
			return "", err
		}
		dir := filepath.Join(cache, fmt.Sprintf("node-%x", sha256.Sum256(lock))[:24])
		if err := copySources("node", dir); err != nil {
			return "", err
		}
		done := filepath.Join(dir, "installed") // npm ci may have been interrupted
		if _, err := os.Stat(done); err == nil {
			return dir, nil
		}
		if f.offline {
			return "", errOffline
		}
		install := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
		install.Dir = dir
		if err := runQuietly(install); err != nil {
			return "", err
		}
		return dir, os.WriteFile(done, nil, 0o600)
	})
}

// buildPlugin builds the contestants of go-plugin.
func (f *field) buildPlugin() (string, error) {
	list := exec.Command("go", "list", "-f", "{{.Dir}}", "brood/tests/peers")
	dir, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	program := filepath.Join(f.scratch, "goplugin")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = filepath.Join(strings.TrimSpace(string(dir)), "goplugin")
	build.Env = append(os.Environ(), "GOWORK=off")
	if f.offline {
		build.Env = append(build.Env, "GOPROXY=off")
	}
	return program, runQuietly(build)
}

// cacheDir returns the folder for what is kept between runs.
func cacheDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "brood-peers")
	return dir, os.MkdirAll(dir, 0o700)
}

// runQuietly runs cmd; if it fails, the error has the last line that it printed.
func runQuietly(cmd *exec.Cmd) error {
	said, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, lines[len(lines)-1])
}
