package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync/atomic"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"brood/tests/load"
)

// echoer is what a plugin does.
type echoer interface {
	Echo(ctx context.Context, payload []byte) ([]byte, error)
}

// pool is one plugin process for each worker.
type pool struct {
	clients []*plugin.Client
	echoers []echoer
	next    atomic.Uint64
}

var _ load.Pool = (*pool)(nil)

func newPool(workers int, protocol plugin.Protocol) (*pool, error) {
	p := &pool{}
	for range workers {
		if err := p.grow(protocol); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	return p, nil
}

func (p *pool) grow(protocol plugin.Protocol) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self)
	if protocol == plugin.ProtocolGRPC {
		cmd.Env = append(os.Environ(), envKind+"=grpc")
	}
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  handshake,
		Plugins:          plugins,
		Cmd:              cmd,
		AllowedProtocols: []plugin.Protocol{protocol},
		Logger:           hclog.NewNullLogger(),
	})
	p.clients = append(p.clients, client)
	session, err := client.Client()
	if err != nil {
		return err
	}
	found, err := session.Dispense("echo")
	if err != nil {
		return err
	}
	p.echoers = append(p.echoers, found.(echoer))
	return nil
}

// Submit hands payload to the next plugin in turn.
func (p *pool) Submit(ctx context.Context, payload []byte) ([]byte, error) {
	n := p.next.Add(1)
	return p.echoers[n%uint64(len(p.echoers))].Echo(ctx, payload)
}

// Close ends the plugins.
func (p *pool) Close() error {
	for _, client := range p.clients {
		client.Kill()
	}
	return nil
}
