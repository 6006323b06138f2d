//go:build unix

package ptyio_test

import (
	"fmt"
	"io"
	"log"
	"time"

	"brood/ptyio"
)

func ExamplePipes() {
	conn, err := ptyio.Pipes{}.Start(ptyio.Command{Path: "sort", Args: []string{"-r"}})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()

	if _, err := io.WriteString(conn, "alder\nbirch\ncedar\n"); err != nil {
		log.Fatal(err)
	}
	if err := conn.CloseStdin(); err != nil {
		log.Fatal(err)
	}
	sorted, err := io.ReadAll(conn.Stdout())
	if err != nil {
		log.Fatal(err)
	}
	exit, err := conn.Wait()
	fmt.Printf("%s%v %v\n", sorted, exit, err)
	// Output:
	// cedar
	// birch
	// alder
	// exit code 0 <nil>
}

func ExamplePTY() {
	conn, err := ptyio.PTY{Size: ptyio.Size{Rows: 40, Cols: 100}}.Start(ptyio.Shell("stty size; tty -s; exit $?"))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()

	shown, err := io.ReadAll(conn.Stdout()) // a terminal ends lines with \r\n
	if err != nil {
		log.Fatal(err)
	}
	exit, err := conn.Wait()
	fmt.Printf("%q %v %v\n", shown, exit, err)
	// Output: "40 100\r\n" exit code 0 <nil>
}

func ExampleConn_stop() {
	conn, err := ptyio.Pipes{}.Start(ptyio.Shell("trap '' TERM; echo ready; while :; do sleep 1; done"))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	io.ReadFull(conn.Stdout(), make([]byte, len("ready\n")))

	exit, err := conn.Stop(100 * time.Millisecond)
	fmt.Println(exit, err)
	// Output: signal: killed <nil>
}

func ExampleEnv() {
	env := ptyio.Env{Empty: true, Pass: []string{"PATH"}, Set: map[string]string{"LANG": "C"}}
	fmt.Println(env.Environ([]string{"PATH=/bin", "TOKEN=secret", "NOTIFY_SOCKET=/run/notify"}))
	// Output: [LANG=C PATH=/bin]
}
