package tests

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
)

// hostile is a worker that behaves until a task says how not to.
func hostile() {
	w := openRawWire()
	w.marks(1)
	w.hello()
	for {
		id, payload := w.readTask()
		w.marks(1 + id)
		verb, how, _ := strings.Cut(string(payload), " ")
		if verb != "evil" {
			w.send(w.frame(kindResult, id, payload))
			continue
		}
		misbehave(w, id, how)
	}
}

func misbehave(w rawWire, id uint64, how string) {
	switch how {
	case "garbage":
		w.send([]byte("GET / HTTP/1.1\r\nHost: example\r\n\r\n"))
	case "kind":
		w.send(w.frame(99, id, nil))
	case "incarnation":
		w.incarnation += 7
		w.send(w.frame(kindResult, id, nil))
	case "length":
		w.send([]byte{0xFF, 0xFF, 0xFF, 0xFF, kindResult})
	case "half a frame":
		w.send([]byte{0, 0, 0, 100, kindResult})
		os.Exit(5)
	case "second hello":
		w.hello()
	case "unknown id":
		w.send(w.frame(kindResult, id+1000, nil))
	case "unasked pong":
		w.send(w.frame(kindPong, 1<<40, nil))
	case "answer twice":
		w.send(append(w.frame(kindResult, id, nil), w.frame(kindResult, id, nil)...))
	case "piece":
		w.send(w.frame(kindPiece, id, []byte("a piece")))
	case "piece of nobody":
		w.send(w.frame(kindPiece, id+1000, nil))
	case "overdraw": // the credit of 256 KiB with the first, and then once more
		piece := w.frame(kindPiece, id, make([]byte, 256<<10))
		w.send(append(piece, piece...))
	case "credit": // 16 MiB, which is as much as may be, and then once more
		credit := w.frame(kindCredit, id, []byte{1, 0, 0, 0})
		w.send(append(credit, credit...))
	case "huge credit":
		w.send(w.frame(kindCredit, id, []byte{255, 255, 255, 255}))
	case "bad credit":
		w.send(w.frame(kindCredit, id, nil))
	case "revoked unasked":
		// The pool may just have asked for it: then this is no fault, the task goes to
		// the next worker, and this one works on.
		w.send(w.frame(kindRevoked, id, nil))
		return
	case "revoked unknown id":
		w.send(w.frame(kindRevoked, id+1000, nil))
	case "revoked twice":
		os.Stdout.WriteString("begun")
		for kind := byte(0); kind != kindCancel; {
			kind, _, _ = w.read()
		}
		w.send(append(w.frame(kindRevoked, id, nil), w.frame(kindRevoked, id, nil)...))
	case "mark cut short":
		if err := w.mark.Truncate(4); err != nil {
			panic(err)
		}
		os.Exit(6)
	case "mark emptied":
		w.marks(0)
		os.Exit(6)
	case "mark of garbage":
		w.marks(0x4141414141414141)
		os.Exit(6)
	case "close wire":
		w.in.Close()
		w.out.Close()
	case "deaf": // it lives on, and reads and says no more
	case "flood":
		var both sync.WaitGroup
		both.Go(func() { flood(os.Stdout, floodBytes) })
		both.Go(func() { flood(os.Stderr, floodBytes) })
		both.Wait()
		w.send(w.frame(kindResult, id, []byte("flooded")))
		return
	}
	select {}
}

// floodBytes is what a flooding worker prints on each of its outputs.
const floodBytes = 512 << 20

func flood(to io.Writer, total int) {
	for block := bytes.Repeat([]byte("flood!!\n"), 8<<10); total > 0; total -= len(block) {
		if _, err := to.Write(block); err != nil {
			return
		}
	}
}

// oncer is a worker only once: it dies of its first task, and its successors
// never say hello.
func oncer() {
	if w := openRawWire(); w.incarnation == 1 {
		w.hello()
		w.readTask()
		os.Exit(1)
	}
	select {}
}
