package rival

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed testdata/echo.c
var echoSource []byte

// ErrNoCompiler says that there is no C compiler on this machine.
var ErrNoCompiler = errors.New("rival: no C compiler (cc)")

// CompileC compiles the worker that is written in C into the folder dir. The
// error is ErrNoCompiler, or what the compiler said.
func CompileC(dir string) (Program, error) {
	compiler, err := exec.LookPath("cc")
	if err != nil {
		return "", ErrNoCompiler
	}
	program := filepath.Join(dir, "echo")
	source := program + ".c"
	if err := os.WriteFile(source, echoSource, 0o600); err != nil {
		return "", err
	}
	said, err := exec.Command(compiler, "-O2", "-Wall", "-Werror", "-o", program, source).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("rival: compile: %w\n%s", err, said)
	}
	return Program(program), nil
}
