package ptyio

import "os"

// receiver reads with a buffer of the pool.
type receiver struct{}

func (r *receiver) receive(file *os.File, limit int) (buf *[receiveBytes]byte, n int, err error) {
	buf = buffers.Get().(*[receiveBytes]byte)
	n, err = file.Read(buf[:limit])
	return buf, n, err
}
