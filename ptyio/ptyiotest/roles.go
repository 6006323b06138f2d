package ptyiotest

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
	"time"

	"brood/ptyio"
)

// player is what a role plays with, the same in a process and in a Scripted
// child.
type player struct {
	args           []string
	getenv         func(name string) string
	stdin          io.ReadCloser
	stdout, stderr io.WriteCloser

	notify  func(ch chan<- os.Signal, sigs ...os.Signal)
	ignore  func(sigs ...os.Signal)
	await   func(ch <-chan os.Signal) os.Signal
	raw     func() // puts a terminal into raw mode, so that bytes pass as they are
	hang    func() // until it is ended from outside
	size    func() ptyio.Size
	resized func() // returns at the next change of the size
}

// roles are the children that Conformance starts. They print "ready" when a
// check may go on.
func roles() map[string]func(p *player) int {
	return map[string]func(p *player) int{
		"args":        tellArgs,
		"block":       block,
		"cat":         cat,
		"catch":       catch,
		"closestdin":  closeStdin,
		"closestdout": closeStdout,
		"count":       countTerms,
		"drain":       drain,
		"endless":     endless,
		"env":         tellEnv,
		"exit":        func(p *player) int { return p.number(0) },
		"flood":       flood,
		"ignore":      ignoreTerm,
		"late":        readLate,
		"sides":       bothSides,
		"size":        tellSizes,
	}
}

// play runs the role that the arguments name, and returns its exit code.
func play(name string, p *player) int {
	role, ok := roles()[name]
	if !ok {
		fmt.Fprintf(p.stderr, "ptyiotest: no role %q\n", name)
		return 2
	}
	return role(p)
}

func (p *player) number(arg int) int {
	if arg < len(p.args) {
		if n, err := strconv.Atoi(p.args[arg]); err == nil {
			return n
		}
	}
	fmt.Fprintf(p.stderr, "ptyiotest: argument %d of %q is no number\n", arg, p.args)
	return 2
}

func (p *player) say(format string, args ...any) { fmt.Fprintf(p.stdout, format+"\n", args...) }

func (p *player) ready() { p.say("ready") }

func block(p *player) int {
	p.raw()
	p.ready()
	p.hang()
	return 0
}

// cat copies as many bytes as asked. It waits for no end of its input, which a
// terminal in raw mode does not have.
func cat(p *player) int {
	p.raw()
	p.ready()
	if _, err := io.CopyN(p.stdout, p.stdin, int64(p.number(0))); err != nil {
		fmt.Fprintln(p.stderr, err)
		return 1
	}
	return 0
}

// drain reads to the end of its input, tells how much came, and then reads and
// tells a line if there is one. A terminal is left as it is; if it is in raw
// mode, the end of the input is a byte 4.
func drain(p *player) int {
	p.ready()
	const typedEnd = 4
	n := 0
	for buf := make([]byte, 1); ; {
		if _, err := p.stdin.Read(buf); err != nil || buf[0] == typedEnd {
			break
		}
		n++
	}
	p.say("end after %d", n)
	line := make([]byte, 0, 100)
	for buf := make([]byte, 1); ; {
		if _, err := p.stdin.Read(buf); err != nil || buf[0] == '\n' || buf[0] == '\r' {
			break
		}
		line = append(line, buf...)
	}
	p.say("then %q", line)
	return 0
}

// flood prints as many bytes as asked and exits at once.
func flood(p *player) int {
	p.raw()
	p.stdout.Write(pattern(p.number(0)))
	return 0
}

func endless(p *player) int {
	p.raw()
	p.ready()
	for chunk := bytes.Repeat([]byte("y\n"), 1000); ; {
		if _, err := p.stdout.Write(chunk); err != nil {
			return 1
		}
	}
}

func bothSides(p *player) int {
	p.raw()
	for i := range p.number(0) {
		fmt.Fprintln(p.stdout, "out", i)
		fmt.Fprintln(p.stderr, "err", i)
	}
	return 0
}

func tellArgs(p *player) int {
	p.raw()
	for _, arg := range p.args {
		p.say("%q", arg)
	}
	return 0
}

func tellEnv(p *player) int {
	p.raw()
	for _, name := range p.args {
		p.say("%q", p.getenv(name))
	}
	return 0
}

func closeStdin(p *player) int {
	p.stdin.Close()
	return block(p)
}

func closeStdout(p *player) int {
	p.ready()
	p.stdout.Close()
	p.hang()
	return 0
}

// lateBytes is more than any stream holds, so that a child that prints it waits
// for its owner to read.
const lateBytes = 1 << 20

// readLate does not read before its owner has; then it tells how many bytes
// came before a byte 255.
func readLate(p *player) int {
	p.raw()
	p.ready()
	p.stdout.Write(bytes.Repeat([]byte("x"), lateBytes))
	n := 0
	for buf := make([]byte, 4096); ; {
		k, err := p.stdin.Read(buf)
		if end := bytes.IndexByte(buf[:k], 255); end >= 0 {
			p.say("got %d", n+end)
			return 0
		}
		n += k
		if err != nil {
			return 1
		}
	}
}

func catch(p *player) int {
	p.raw()
	signals := make(chan os.Signal, 1)
	p.notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM)
	p.ready()
	p.say("caught %d", p.await(signals))
	return 7
}

func ignoreTerm(p *player) int {
	p.ignore(syscall.SIGTERM)
	return block(p)
}

// moreTerms is how long countTerms waits for another TERM.
const moreTerms = 200 * time.Millisecond

// countTerms exits with 10 more than the number of TERMs that came.
func countTerms(p *player) int {
	p.raw()
	terms := make(chan os.Signal, 1)
	p.notify(terms, syscall.SIGTERM)
	p.ready()
	p.await(terms)
	quiet := time.NewTimer(moreTerms)
	defer quiet.Stop()
	for n := 11; ; n++ {
		select {
		case <-terms:
		case <-quiet.C:
			return n
		}
	}
}

func tellSizes(p *player) int {
	p.raw()
	for {
		size := p.size()
		p.say("%d %d", size.Rows, size.Cols)
		p.resized()
	}
}
