//go:build !unix

package main

const envKeeper = "EXAMPLE_POOL_KEEPER"

func keep() {} // there is no terminal to keep
