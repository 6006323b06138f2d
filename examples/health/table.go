package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"brood/runtime"
)

// patient is one line of the table.
type patient struct {
	Name        string   `json:"name"`
	State       string   `json:"state"`
	PID         int      `json:"pid"`
	UptimeMS    int64    `json:"uptime_ms"`
	Restarts    int      `json:"restarts"`
	CPUPercent  *float64 `json:"cpu_percent"`  // of one core; null: not known
	MemoryBytes *int64   `json:"memory_bytes"` // null: not known
	LastExit    string   `json:"last_exit"`
}

// listTime bounds how long a supervisor is waited for.
const listTime = time.Second

// patients looks at all children.
func (w *ward) patients() []patient {
	ctx, cancel := context.WithTimeout(context.Background(), listTime)
	defer cancel()
	var all []patient
	for _, path := range []string{"", "intensive"} {
		children, err := w.sup.List(ctx, path)
		if err != nil {
			continue // it is being restarted, or stopped
		}
		for _, c := range children {
			name := strings.TrimPrefix(path+"/"+c.ID, "/")
			if p := w.sup.Process(name); p != nil {
				all = append(all, examine(c, p))
			}
		}
	}
	return all
}

// examine puts together what the supervisor knows of a child, what its checks
// found, and what it uses.
func examine(c runtime.ChildInfo, p *runtime.Process) patient {
	h := p.Health()
	one := patient{
		Name: c.ID, State: h.State.String(), PID: h.PID, UptimeMS: h.Uptime.Milliseconds(), Restarts: h.Restarts,
	}
	switch c.State {
	case runtime.StateOpen:
		one.State = fmt.Sprintf("resting for %s", time.Until(c.NextTry).Round(time.Second))
	case runtime.StateRestarting:
		one.State = "restarting"
	}
	if h.LastExit != nil {
		one.LastExit = h.LastExit.String()
	}
	samples := p.Samples()
	if len(samples) == 0 || h.PID == 0 {
		return one
	}
	last := samples[len(samples)-1]
	if last.PID == h.PID && last.CPUPercent != runtime.UnknownUsage {
		one.CPUPercent = &last.CPUPercent
	}
	if last.PID == h.PID && last.MemoryBytes != runtime.UnknownUsage {
		one.MemoryBytes = &last.MemoryBytes
	}
	return one
}

func printJSON(out io.Writer, all []patient) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(all)
}

// clear makes a terminal begin anew.
const clear = "\x1b[H\x1b[2J"

func printTable(out io.Writer, all []patient, terminal bool) {
	if terminal {
		fmt.Fprint(out, clear)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tSTATE\tPID\tUPTIME\tRESTARTS\tCPU\tMEMORY\tLAST EXIT")
	for _, p := range all {
		cpu, memory := "-", "-"
		if p.CPUPercent != nil {
			cpu = fmt.Sprintf("%.0f %%", *p.CPUPercent)
		}
		if p.MemoryBytes != nil {
			memory = fmt.Sprintf("%.1f MiB", float64(*p.MemoryBytes)/(1<<20))
		}
		uptime := (time.Duration(p.UptimeMS) * time.Millisecond).Round(100 * time.Millisecond)
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%d\t%s\t%s\t%s\n",
			p.Name, p.State, p.PID, uptime, p.Restarts, cpu, memory, p.LastExit)
	}
	table.Flush()
	fmt.Fprintln(out)
}
