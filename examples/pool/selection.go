package main

import "brood/runtime"

// indexOf returns where the worker with this number is, or where it would be.
func indexOf(workers []runtime.PoolWorker, number int) int {
	for i, w := range workers {
		if w.Number >= number {
			return i
		}
	}
	return len(workers)
}

// selectWorker returns the number of the worker that is selected after a command,
// which may be none: the selected one may have gone, and then it is the next.
func selectWorker(workers []runtime.PoolWorker, selected int, c command) int {
	if len(workers) == 0 {
		return selected
	}
	row := min(indexOf(workers, selected), len(workers)-1)
	switch c.verb {
	case previous:
		row = max(row-1, 0)
	case next:
		row = min(row+1, len(workers)-1)
	case choose:
		if c.row < len(workers) {
			row = c.row
		}
	}
	return workers[row].Number
}
