package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"brood/actors"
	"brood/runtime"
)

const (
	poolSize   = 4
	submitters = 4 * poolSize // so that a worker never waits for its next task
)

// job counts all files under dir.
type job struct {
	rt       *runtime.Runtime
	dir      string
	progress io.Writer

	mu     sync.Mutex
	report *report
}

// do runs the job to its end, or until the runtime is shut down.
func (j *job) do(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { // who pressed Ctrl-C does not want to wait for large files
		select {
		case <-j.rt.Stopping():
			cancel(actors.ErrStopping)
		case <-ctx.Done():
		}
	}()
	files, err := j.find()
	if err != nil {
		return err
	}
	command := runtime.Worker(workerName)
	pool, err := j.rt.StartPool(ctx, runtime.PoolSpec{Name: "count", Command: command, Size: poolSize})
	if err != nil {
		return err
	}
	// The shell answers while the pool works.
	answered := make(chan error, 1)
	go func() { answered <- j.askShell(ctx) }()
	began := time.Now()
	killed := j.countFiles(ctx, pool, files)
	j.report.TasksPerSecond = float64(len(files)) / time.Since(began).Seconds()
	if killed {
		j.awaitReplacement(pool)
	}
	for _, w := range pool.Stats().Workers {
		j.report.Restarts += w.Restarts
	}
	if err := <-answered; err != nil { // the files are counted all the same
		fmt.Fprintln(j.progress, "quickstart:", err)
	}
	return nil
}

// awaitReplacement waits until the pool has its size again.
func (j *job) awaitReplacement(pool *runtime.Pool) {
	for range ticks(time.Millisecond, 10*time.Second) {
		ready := 0
		for _, w := range pool.Stats().Workers {
			if w.Ready {
				ready++
			}
		}
		if ready == poolSize || j.stopping() {
			return
		}
	}
}

// find lists the regular files. What can not be read is reported, not fatal,
// but for dir itself.
func (j *job) find() (files []string, err error) {
	root, err := walkable(j.dir)
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && path == root:
			return err
		case err != nil:
			j.report.fail(path, reason(err))
		case entry.Type().IsRegular():
			files = append(files, path)
		}
		if j.stopping() {
			return fs.SkipAll
		}
		return nil
	})
	return files, err
}

// walkable returns dir as WalkDir follows it: a link to a directory only if it
// ends in a separator.
func walkable(dir string) (string, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s: not a directory", dir)
	}
	if info, err = os.Lstat(dir); err == nil && !info.IsDir() {
		dir += string(os.PathSeparator)
	}
	return dir, err
}

func (j *job) stopping() bool {
	select {
	case <-j.rt.Stopping():
		return true
	default:
		return false
	}
}

// countFiles sends every file through the pool. It reports whether a worker
// was killed on the way.
func (j *job) countFiles(ctx context.Context, pool *runtime.Pool, files []string) (killed bool) {
	bar := newProgress(j.progress, len(files))
	defer bar.end()
	hunter := newHunter(pool, len(files))
	queue := make(chan string)
	var wg sync.WaitGroup
	for range submitters {
		wg.Go(func() {
			for path := range queue {
				j.countOne(ctx, pool, path)
				bar.step()
				hunter.step()
			}
		})
	}
	for _, path := range files {
		if j.stopping() {
			break
		}
		queue <- path
	}
	close(queue)
	wg.Wait()
	return hunter.end()
}

// countOne sends one file through the pool and enters what came of it.
func (j *job) countOne(ctx context.Context, pool *runtime.Pool, path string) {
	result, err := pool.Submit(ctx, actors.Task{Payload: []byte(path), Repeatable: true})
	var c counts
	if err == nil {
		err = json.Unmarshal(result.Payload, &c)
	}
	var unreadable *actors.TaskError
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case err == nil:
		j.report.add(path, c)
	case errors.As(err, &unreadable):
		j.report.fail(path, errors.New(unreadable.Message))
	default:
		j.report.fail(path, err)
		j.report.unexplained++
	}
}
