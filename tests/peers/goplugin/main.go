package main

import (
	"fmt"
	"os"

	"github.com/hashicorp/go-plugin"

	"brood/tests/load"
	"brood/tests/peers/turns"
)

// handshake is what the plugins and their owner agree on. Its cookie tells a
// plugin that it is one.
var handshake = plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "PEERS_PLUGIN", MagicCookieValue: "echo"}

func main() {
	if os.Getenv(handshake.MagicCookieKey) == handshake.MagicCookieValue {
		serve()
		return
	}
	if len(os.Args) != 2 || (os.Args[1] != "rpc" && os.Args[1] != "grpc") {
		fmt.Fprintln(os.Stderr, "goplugin: want rpc or grpc")
		os.Exit(2)
	}
	protocol := plugin.ProtocolNetRPC
	if os.Args[1] == "grpc" {
		protocol = plugin.ProtocolGRPC
	}
	open := func(workers, _ int) (load.Pool, error) { return newPool(workers, protocol) }
	if err := turns.Serve(open, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "goplugin:", err)
		os.Exit(1)
	}
}
