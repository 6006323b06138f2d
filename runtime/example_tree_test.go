package runtime_test

import (
	"context"
	"fmt"
	"math"
	"time"

	"brood/runtime"
)

// A tree of two groups: the cache is started before what needs it, and is stopped
// after it; when it fails, they are started again with it.
func ExampleRuntime_Supervise() {
	ctx := context.Background()
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Shutdown(ctx)

	service := func(id string) runtime.Node {
		return runtime.Node{ID: id, Process: &runtime.ProcessSpec{Command: runtime.Worker("echo"), Protocol: runtime.Wire{}}}
	}
	sup, err := rt.Supervise(ctx, runtime.Tree{
		Name:     "site",
		Strategy: runtime.RestForOne,
		Children: []runtime.Node{
			service("cache"),
			{ID: "web", Tree: &runtime.Tree{
				Intensity: 5, Period: time.Minute,
				Children: []runtime.Node{service("api"), service("pages")},
			}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("api runs:", sup.Process("web/api").OSPID() > 0)
	if err := sup.StopChild(ctx, "web/pages"); err != nil {
		fmt.Println(err)
	}
	children, err := sup.List(ctx, "web")
	for _, c := range children {
		fmt.Println(c.ID, c.State)
	}
	fmt.Println(err, sup.Stop(ctx))
	// Output:
	// api runs: true
	// api running
	// pages stopped
	// <nil> <nil>
}

// starts runs a tree of one node that exits with code 1 at once, and tells how it
// ended.
func starts(tree runtime.Tree, node runtime.Node) {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Shutdown(context.Background())
	node.ID, node.Process = "flaky", &runtime.ProcessSpec{Command: runtime.Shell("exit 1")}
	tree.Children = []runtime.Node{node}
	sup, err := rt.Supervise(context.Background(), tree)
	if err != nil {
		fmt.Println(err)
		return
	}
	exit, err := sup.Process("flaky").Wait(context.Background())
	fmt.Println(exit, "after", sup.Process("flaky").Restarts(), "restarts:", err)
}

// Start again fewer than five times, and only what was up for a minute.
func ExampleTree_fewTimes() {
	starts(runtime.Tree{Intensity: 4, Period: math.MaxInt64}, runtime.Node{FinalWithin: time.Minute})
	// Output: exit code 1 after 0 restarts: <nil>
}

// systemd's Restart=on-failure, RestartSec=10ms, StartLimitBurst=5 and
// StartLimitIntervalSec=10s. The first start is not counted here.
func ExampleTree_systemd() {
	starts(runtime.Tree{Intensity: 4, Period: 10 * time.Second, Backoff: runtime.Backoff{Min: 10 * time.Millisecond, Max: 10 * time.Millisecond, Jitter: -1}},
		runtime.Node{Restart: runtime.Transient})
	// Output: exit code 1 after 4 restarts: supervisor: "tree" gave up: child flaky: exit code 1 (limit: 4 restarts in 10s)
}

// Kubernetes' restartPolicy Always: after 10 s, then twice as long each time up
// to 5 min, anew after 10 min without a failure, and never given up.
func ExampleTree_kubernetes() {
	tree := runtime.Tree{
		Intensity: 1, Period: time.Second, // which pauses of 10 s never reach
		Backoff: runtime.Backoff{Min: 10 * time.Second, Max: 5 * time.Minute, Jitter: -1, ResetAfter: 10 * time.Minute},
	}
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Shutdown(context.Background())
	tree.Children = []runtime.Node{{ID: "flaky", Process: &runtime.ProcessSpec{
		Command: runtime.Worker("echo"), Protocol: runtime.Wire{},
	}}}
	sup, err := rt.Supervise(context.Background(), tree)
	if err != nil {
		fmt.Println(err)
		return
	}
	children, err := sup.List(context.Background(), "")
	fmt.Println(children[0].State, err)
	// Output: running <nil>
}
