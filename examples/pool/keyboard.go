package main

import (
	"fmt"
	"os"
	"time"
)

// keyboard reads commands from the terminal.
type keyboard struct {
	commands chan command // closed when the terminal is gone
	terminal *os.File
	done     chan struct{} // closed when nobody wants commands any more
	ended    chan struct{} // closed when its goroutine has ended
}

// openKeyboard opens the terminal once more, since a read of stdin could not be
// ended.
func openKeyboard(screen *screen) (*keyboard, error) {
	terminal, err := os.OpenFile(terminalName, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return newKeyboard(terminal, screen), nil
}

// newKeyboard starts a goroutine that reads, until close.
func newKeyboard(terminal *os.File, screen *screen) *keyboard {
	k := &keyboard{
		commands: make(chan command), terminal: terminal,
		done: make(chan struct{}), ended: make(chan struct{}),
	}
	go func() {
		defer screen.closeOnPanic()
		k.follow()
	}()
	return k
}

func (k *keyboard) follow() {
	defer close(k.ended)
	defer close(k.commands)
	var typed []byte
	for buf := make([]byte, 64); ; {
		n, err := k.terminal.Read(buf)
		if err != nil {
			return
		}
		var commands []command
		commands, typed = read(append(typed, buf[:n]...))
		for _, c := range commands {
			select {
			case k.commands <- c:
			case <-k.done:
				return
			}
		}
	}
}

// close ends the goroutine and waits for that. Where a read of a terminal can not
// be ended (macOS, Windows), it is left to end with the program.
func (k *keyboard) close() error {
	close(k.done)
	if k.terminal.SetReadDeadline(time.Now()) == nil {
		<-k.ended
	}
	return k.terminal.Close()
}
