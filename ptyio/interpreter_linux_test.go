package ptyio_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// A binary that was made for another C library.
func TestStartNamesTheLoader(t *testing.T) {
	machine, ok := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[runtime.GOARCH]
	if !ok {
		t.Skip("no binary for", runtime.GOARCH)
	}
	path := filepath.Join(t.TempDir(), "binary")
	require.NoError(t, os.WriteFile(path, binaryWith(t, machine, "/lib/ld-missing.so.1"), 0o755))
	_, err := ptyio.Pipes{}.Start(ptyio.Command{Path: path})
	require.ErrorIs(t, err, ptyio.ErrInterpreter)
	assert.EqualError(t, err, "ptyio: start "+path+": interpreter cannot be run: /lib/ld-missing.so.1: no such file or directory")
}

// binaryWith returns a program that consists of nothing but the name of its loader.
func binaryWith(t *testing.T, machine elf.Machine, loader string) []byte {
	t.Helper()
	header := elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT),
	}
	var part elf.Prog64
	header.Ehsize, header.Phentsize = uint16(binary.Size(header)), uint16(binary.Size(part))
	header.Phoff, header.Phnum = uint64(header.Ehsize), 1
	name := append([]byte(loader), 0)
	part = elf.Prog64{
		Type: uint32(elf.PT_INTERP), Off: header.Phoff + uint64(header.Phentsize), Filesz: uint64(len(name)), Memsz: uint64(len(name)),
	}
	var file bytes.Buffer
	require.NoError(t, binary.Write(&file, binary.LittleEndian, header))
	require.NoError(t, binary.Write(&file, binary.LittleEndian, part))
	file.Write(name)
	return file.Bytes()
}
