package health

import "context"

// Unix finds out whether a unix stream socket accepts connections. What TCP
// cannot tell, it cannot either.
type Unix struct {
	// Path is the socket's. One that begins with @ is in Linux's abstract
	// namespace.
	Path string
}

var _ Probe = Unix{}

// Validate returns everything that is wrong with the probe, or nil.
func (p Unix) Validate() error { return fault(p.Path == "", "Path is empty") }

// Open prepares to look at one incarnation.
func (p Unix) Open(*Child) func(context.Context) error {
	return func(ctx context.Context) error { return dial(ctx, "unix", p.Path) }
}
