// Command goplugin has pools made of hashicorp/go-plugin for tests/peers:
//
//	goplugin rpc     over net/rpc
//	goplugin grpc    over gRPC
//
// A pool is one plugin process for each worker, with calls handed to them in
// turn; a plugin answers calls at the same time. go-plugin neither replaces a
// plugin that died nor queues. A module of its own, so that brood does not
// inherit what go-plugin needs.
package main
