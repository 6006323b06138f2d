package main

import (
	"context"
	"net/rpc"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// envKind is "grpc" for a plugin that speaks it, and else unset.
const envKind = "PEERS_PLUGIN_KIND"

// plugins is what both sides know. It is served over either protocol.
var plugins = plugin.PluginSet{"echo": &echoPlugin{}}

// serve is the plugin's main function.
func serve() {
	config := &plugin.ServeConfig{HandshakeConfig: handshake, Plugins: plugins, Logger: hclog.NewNullLogger()}
	if os.Getenv(envKind) == "grpc" {
		config.GRPCServer = plugin.DefaultGRPCServer
	}
	plugin.Serve(config)
}

type echoPlugin struct{}

var (
	_ plugin.Plugin     = (*echoPlugin)(nil)
	_ plugin.GRPCPlugin = (*echoPlugin)(nil)
)

// Server returns what net/rpc serves.
func (*echoPlugin) Server(*plugin.MuxBroker) (any, error) { return rpcServer{}, nil }

// Client returns an echoer over net/rpc.
func (*echoPlugin) Client(_ *plugin.MuxBroker, c *rpc.Client) (any, error) { return rpcClient{c}, nil }

type rpcServer struct{}

// Echo answers with the payload.
func (rpcServer) Echo(payload []byte, reply *[]byte) error {
	*reply = payload
	return nil
}

type rpcClient struct{ client *rpc.Client }

// Echo waits for the answer; net/rpc knows no context.
func (c rpcClient) Echo(_ context.Context, payload []byte) (reply []byte, err error) {
	err = c.client.Call("Plugin.Echo", payload, &reply)
	return reply, err
}

// The service of gRPC is written by hand: one method from bytes to bytes.
const echoMethod = "/peers.Echo/Echo"

var echoService = grpc.ServiceDesc{
	ServiceName: "peers.Echo",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{{
		MethodName: "Echo",
		Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			payload := &wrapperspb.BytesValue{}
			err := decode(payload)
			return payload, err
		},
	}},
}

// GRPCServer registers the service.
func (*echoPlugin) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	s.RegisterService(&echoService, struct{}{})
	return nil
}

// GRPCClient returns an echoer over gRPC.
func (*echoPlugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return grpcClient{c}, nil
}

type grpcClient struct{ conn *grpc.ClientConn }

// Echo waits for the answer, or for the end of ctx.
func (c grpcClient) Echo(ctx context.Context, payload []byte) ([]byte, error) {
	reply := &wrapperspb.BytesValue{}
	err := c.conn.Invoke(ctx, echoMethod, &wrapperspb.BytesValue{Value: payload}, reply)
	return reply.GetValue(), err
}
