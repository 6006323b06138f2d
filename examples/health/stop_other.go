//go:build !unix

package main

func stopMyself() {} // there is no such signal
