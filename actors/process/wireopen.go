package process

import (
	"os"

	"brood/actors/protocol"
)

// firstFile is the descriptor that the first of a command's Files becomes.
const firstFile = 3

// openWire makes the two pipes of the wire and the mark file. It returns what the
// child gets of them, and how it is told: the end that it reads, the end that it
// writes and, if there is one, the mark file. They belong to the starter.
func (r *run) openWire() (files []*os.File, link protocol.Link, err error) {
	in, toChild, err := os.Pipe()
	if err != nil {
		return nil, link, err
	}
	fromChild, out, err := os.Pipe()
	if err != nil {
		in.Close()
		toChild.Close()
		return nil, link, err
	}
	files = []*os.File{in, out}
	link = protocol.Link{In: firstFile, Out: firstFile + 1, Incarnation: r.incarnation}
	// Without a mark less is known of a child that dies; all else is the same.
	if mark, err := newMarkFile(); err == nil {
		files = append(files, mark)
		link.Mark = firstFile + 2
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wire.toChild, r.wire.fromChild = toChild, fromChild
	return files, link, nil
}

// handOver closes the ends that are the child's now, or nobody's, and keeps the
// mark file of one that runs. Not before: while the child is being started, nobody
// else may close what it gets.
func (r *run) handOver(files []*os.File, runs bool) {
	if runs && len(files) > 2 {
		r.mu.Lock()
		r.wire.mark = files[2]
		r.mu.Unlock()
		files = files[:2]
	}
	for _, f := range files {
		f.Close()
	}
}
