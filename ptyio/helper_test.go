package ptyio_test

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// helperName is the variable that makes the test binary run a helper instead of
// the tests.
const helperName = "PTYIO_HELPER"

// helpers are the programs that the tests start. They print "ready" when the
// test may go on.
var helpers = map[string]func(args []string){
	"exit":      func(args []string) { os.Exit(number(args[0])) },
	"cat":       func([]string) { copyAll(os.Stdout, os.Stdin) },
	"block":     func([]string) { ready(); block() },
	"flood":     flood,
	"environ":   printEnviron,
	"exchange":  exchange,
	"ignore":    ignoreTerm,
	"tidy":      tidyUp,
	"parent":    parent,
	"holder":    func([]string) { block() },
	"endless":   func([]string) { copyAll(os.Stdout, zeros{}) },
	"close":     func([]string) { os.Stdin.Close(); ready(); block() },
	"count":     func([]string) { count(os.Stdin) },
	"workdir":   func([]string) { dir, _ := os.Getwd(); fmt.Println(dir, os.Getenv("PWD")) },
	"usage":     burn,
	"bothsides": bothSides,
}

func runHelper(name string) {
	log.SetFlags(0)
	helper, ok := helpers[name]
	if !ok {
		log.Fatalf("no helper %q", name)
	}
	helper(os.Args[1:])
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ready() { fmt.Println("ready") }

func block() {
	for {
		time.Sleep(time.Hour)
	}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		log.Fatal(err)
	}
	return n
}

func copyAll(w io.Writer, r io.Reader) {
	if _, err := io.Copy(w, r); err != nil {
		log.Fatal(err)
	}
}

// flood prints as many bytes as asked and exits at once.
func flood(args []string) {
	if _, err := os.Stdout.Write(pattern(number(args[0]))); err != nil {
		log.Fatal(err)
	}
}

// pattern returns n bytes that show where some are missing, in short lines.
func pattern(n int) []byte {
	p := make([]byte, 0, n+16)
	for i := 0; len(p) < n; i++ {
		p = fmt.Appendf(p, "%014d\n", i)
	}
	return p[:n]
}

func printEnviron([]string) {
	for _, entry := range os.Environ() {
		fmt.Println(entry)
	}
}

// exchange answers on descriptor 4 what it reads on 3.
func exchange([]string) {
	in, out := os.NewFile(3, "in"), os.NewFile(4, "out")
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintf(out, "got %s", line)
}

func ignoreTerm([]string) {
	signal.Ignore(syscall.SIGTERM)
	ready()
	block()
}

// tidyUp writes a file when asked to end, in two steps.
func tidyUp(args []string) {
	terms := make(chan os.Signal, 1)
	signal.Notify(terms, syscall.SIGTERM)
	ready()
	<-terms
	f, err := os.Create(args[0])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprint(f, "first ")
	time.Sleep(200 * time.Millisecond)
	fmt.Fprint(f, "second")
}

// parent starts another helper in its own group, tells its pid, and then exits
// or blocks. With "setsid" the other gets a session of its own.
func parent(args []string) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperName+"=holder")
	cmd.Stdout = os.Stdout
	setSession(cmd, args[0] == "setsid")
	if err := cmd.Start(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(cmd.Process.Pid)
	if args[1] == "block" {
		block()
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// count reads to the end and tells length and hash.
func count(r io.Reader) {
	n, hash := digest(r)
	fmt.Printf("%d %x\n", n, hash)
}

func digest(r io.Reader) (int64, []byte) {
	hash := sha256.New()
	n, err := io.Copy(hash, r)
	if err != nil {
		log.Fatal(err)
	}
	return n, hash.Sum(nil)
}

// burn uses some processor time and memory.
func burn([]string) {
	memory := make([]byte, 64<<20)
	for start := time.Now(); time.Since(start) < 50*time.Millisecond; {
		for i := range memory {
			memory[i]++
		}
	}
}

func bothSides([]string) {
	for i := range 1000 {
		fmt.Fprintln(os.Stdout, "out", i)
		fmt.Fprintln(os.Stderr, "err", i)
	}
}
