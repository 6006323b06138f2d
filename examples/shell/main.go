// Shell keeps one shell on a terminal of its own, asks it things, and shows its
// answers. What it is told stays: it is the same shell throughout.
//
//	go run ./examples/shell
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"brood/actors"
	"brood/runtime"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() (err error) {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	defer func() { err = errors.Join(err, rt.Shutdown(ctx)) }()

	screen, shown := io.Pipe()
	defer screen.Close() // before Shutdown: output that nobody reads would hold the shell up
	sh, err := rt.Start(ctx, runtime.ProcessSpec{
		Command:   runtime.Command{Path: "/bin/sh", Args: []string{"-i"}, Env: runtime.Env{Unset: []string{"ENV"}}},
		Transport: runtime.PTY{Size: runtime.Size{Rows: 24, Cols: 80}, Term: "dumb"},
		Restart:   runtime.Temporary, // another shell would not know what this one was told
		Output:    func(_ actors.Stream, data []byte) { _, _ = shown.Write(data) },
	})
	if err != nil {
		return err
	}
	go func() { // ends with the shell, or with ctx
		exit, err := sh.Wait(ctx)
		shown.CloseWithError(fmt.Errorf("the shell has ended: %s, %v", exit, err))
	}()

	for _, question := range []string{"cd /; pwd", "tty >/dev/null && echo 'on a terminal'", "stty size"} {
		if err := ask(ctx, sh, screen, question); err != nil {
			return err
		}
	}
	if err := sh.Resize(runtime.Size{Rows: 50, Cols: 132}); err != nil {
		return err
	}
	if err := ask(ctx, sh, screen, "pwd; stty size"); err != nil {
		return err
	}
	return ask(ctx, sh, screen, "(exit 4)")
}

// ask lets the shell run a question between two marks, which tell the answer
// from prompts and from the echo of what was typed: there they look different.
func ask(ctx context.Context, sh *runtime.Process, screen io.Reader, question string) error {
	line := fmt.Sprintf("printf '<%%s>' begin; %s; printf '<%%s %%d>' end $?\n", question)
	if err := sh.Write(ctx, []byte(line)); err != nil {
		return err
	}
	var text string
	for buf := make([]byte, 1024); ; {
		n, err := screen.Read(buf)
		text += string(buf[:n])
		_, answer, _ := strings.Cut(text, "<begin>")
		if answer, status, ok := strings.Cut(answer, "<end "); ok && strings.Contains(status, ">") {
			status, _, _ = strings.Cut(status, ">")
			fmt.Printf("$ %s\n%s[status %s]\n", question, strings.ReplaceAll(answer, "\r\n", "\n"), status)
			return nil
		}
		if err != nil {
			return err
		}
	}
}
