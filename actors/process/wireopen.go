package process

import (
	"os"

	"brood/actors/protocol"
)

// firstFile is the descriptor that the first of a command's Files becomes.
const firstFile = 3

// wireFiles are the ends of a wire that are somebody else's: the child's when it runs.
type wireFiles struct {
	in, out    *os.File // that the child reads, and writes
	mark, bell *os.File // nil: there is none
}

// openWire makes the two pipes of the wire, the mark file and the bell. It returns
// what the child gets of them, and how it is told. They belong to the starter.
func (r *run) openWire() (files wireFiles, link protocol.Link, err error) {
	in, toChild, err := os.Pipe()
	if err != nil {
		return files, link, err
	}
	fromChild, out, err := os.Pipe()
	if err != nil {
		in.Close()
		toChild.Close()
		return files, link, err
	}
	files.in, files.out = in, out
	// Without a mark less is known of a child that dies, and without a bell it has to
	// read all the time; all else is the same.
	files.mark, _ = newMarkFile()
	theirs, ours, _ := newBell()
	files.bell = theirs
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wire.toChild, r.wire.fromChild, r.wire.bell = toChild, fromChild, ours
	return files, files.link(r.incarnation), nil
}

// list returns the files in the order in which the child gets them.
func (f wireFiles) list() (all []*os.File) {
	for _, file := range []*os.File{f.in, f.out, f.mark, f.bell} {
		if file != nil {
			all = append(all, file)
		}
	}
	return all
}

// link says which descriptors they become.
func (f wireFiles) link(incarnation uint32) protocol.Link {
	link := protocol.Link{In: firstFile, Out: firstFile + 1, Incarnation: incarnation}
	next := firstFile + 2
	if f.mark != nil {
		link.Mark = next
		next++
	}
	if f.bell != nil {
		link.Bell = next
	}
	return link
}

// handOver closes the ends that are the child's now, or nobody's, and keeps the
// mark file of one that runs. Not before: while the child is being started, nobody
// else may close what it gets.
func (r *run) handOver(files wireFiles, runs bool) {
	if runs && files.mark != nil {
		r.mu.Lock()
		r.wire.mark = files.mark
		r.mu.Unlock()
		files.mark = nil
	}
	for _, f := range files.list() {
		f.Close()
	}
}
