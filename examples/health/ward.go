package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"brood/runtime"
)

// ward is the tree while it runs.
type ward struct {
	sup *runtime.Supervisor
	dir string // what the web server shows
}

// memoryLimit is what the leaking child may take.
const memoryLimit = 100 << 20

// admit starts the tree.
func admit(rt *runtime.Runtime) (*ward, error) {
	dir, err := os.MkdirTemp("", "health")
	if err != nil {
		return nil, err
	}
	w := &ward{dir: dir}
	address, err := freeAddress()
	if err == nil {
		w.sup, err = rt.Supervise(context.Background(), tree(dir, address))
	}
	if err != nil {
		w.dismiss()
		return nil, err
	}
	return w, nil
}

func (w *ward) dismiss() { os.RemoveAll(w.dir) }

// tree describes all children. What crashes has a supervisor of its own, so that
// its failures do not count for the others.
func tree(dir, address string) runtime.Tree {
	return runtime.Tree{
		Name: "ward", Parallel: 4, Intensity: 20, Period: time.Minute,
		Children: []runtime.Node{
			{ID: "web", Process: web(dir, address)},
			{ID: "leak", Process: &runtime.ProcessSpec{
				Command: runtime.Worker("leak"),
				Watch:   []runtime.WatchLimit{{MemoryBytes: memoryLimit, Action: runtime.RestartNow}},
			}},
			{ID: "freeze", Process: &runtime.ProcessSpec{
				Command: runtime.Worker("freeze"),
				Health:  frozen(),
			}},
			{ID: "intensive", Tree: &runtime.Tree{
				Intensity: 3, Period: time.Minute, Rest: 20 * time.Second,
				Children: []runtime.Node{{ID: "crash", Process: &runtime.ProcessSpec{Command: runtime.Worker("crash")}}},
			}},
		},
	}
}

// web is ready when it answers, and ill when it does not any more.
func web(dir, address string) *runtime.ProcessSpec {
	host, port, _ := net.SplitHostPort(address)
	answers := runtime.HTTPProbe{URL: fmt.Sprintf("http://%s/", address)}
	return &runtime.ProcessSpec{
		Command: runtime.Command{Path: "python3", Args: []string{
			"-m", "http.server", "--bind", host, "--directory", dir, port,
		}},
		StartTimeout: 30 * time.Second,
		Ready:        answers,
		Health:       []runtime.Check{{Probe: answers, Interval: time.Second}},
	}
}

// freeAddress returns an address on which nobody listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
