package main

import (
	"fmt"
	"os"
	"time"
)

// roles are what the program is as its own child.
var roles = map[string]func(){
	"leak":   leak,
	"freeze": freeze,
	"crash":  crash,
}

// leak takes 4 MiB more each 50 ms, and uses them.
func leak() {
	var kept [][]byte
	for range time.Tick(50 * time.Millisecond) {
		block := make([]byte, 4<<20)
		for i := range block {
			block[i] = byte(i)
		}
		kept = append(kept, block)
	}
	fmt.Println(len(kept))
}

// freeze works for two seconds and is then stopped.
func freeze() {
	<-time.After(2 * time.Second)
	stopMyself()
	select {}
}

// crash says why and exits.
func crash() {
	fmt.Fprintln(os.Stderr, "no configuration found")
	os.Exit(1)
}
