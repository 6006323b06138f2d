package turns

// What a contestant can be asked for.
const (
	Open    = "open"
	Load    = "load"
	Batch   = "batch"
	Latency = "latency"
	Recover = "recover"
)

// Request is one thing to do.
type Request struct {
	Op      string  `json:"op"`
	Workers int     `json:"workers,omitempty"` // of a pool to open
	Queue   int     `json:"queue,omitempty"`   // how many tasks it must let wait
	Callers int     `json:"callers,omitempty"` // how many tasks are under way; of a batch its size
	Seconds float64 `json:"seconds,omitempty"` // how long
}

// Answer is what came of it.
type Answer struct {
	Tasks   int     `json:"tasks,omitempty"`   // that were answered
	Seconds float64 `json:"seconds,omitempty"` // that it took
	P50     float64 `json:"p50,omitempty"`     // microseconds
	P99     float64 `json:"p99,omitempty"`     // microseconds
	Error   string  `json:"error,omitempty"`   // why there is nothing else
}

// Rate returns tasks a second.
func (a Answer) Rate() float64 {
	if a.Seconds == 0 {
		return 0
	}
	return float64(a.Tasks) / a.Seconds
}
