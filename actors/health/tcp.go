package health

import (
	"context"
	"errors"
	"net"
)

// TCP finds out whether an address accepts connections. It cannot tell who does:
// a port that another process has taken proves nothing about the child. And the
// kernel accepts for a child that hangs or was stopped, until its backlog is
// full: as a check it wants a Kernel or an HTTP beside it.
type TCP struct {
	// Address is host:port.
	Address string
}

var _ Probe = TCP{}

// Validate returns everything that is wrong with the probe, or nil.
func (p TCP) Validate() error {
	_, port, err := net.SplitHostPort(p.Address)
	if err == nil && port == "" {
		err = errors.New("no port")
	}
	if err != nil {
		return fault(true, "Address is %q: %w", p.Address, err)
	}
	return nil
}

// Open prepares to look at one incarnation.
func (p TCP) Open(*Child) func(context.Context) error {
	return func(ctx context.Context) error { return dial(ctx, "tcp", p.Address) }
}

func dial(ctx context.Context, network, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return err
	}
	return conn.Close()
}
