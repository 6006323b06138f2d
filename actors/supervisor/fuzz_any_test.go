package supervisor

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzMachineAnyInput tells the machine anything in any order, and holds it to
// what must always be true.
func FuzzMachineAnyInput(f *testing.F) {
	for _, seed := range anySeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b := bytes(data)
		runAny(t, &b)
	})
}

func runAny(t *testing.T, b *bytes) *witness {
	spec := drawAnySpec(b)
	require.NoError(t, spec.validate())
	w := &witness{t: t, machine: newMachine(&spec), of: map[*child]*facts{}, calls: map[*Call]bool{}}
	w.tell(input{kind: inBegin})
	for range 64 {
		if len(*b) == 0 {
			break
		}
		w.anything(b)
	}
	if w.comeToRest(); w.left == 0 {
		w.finish()
	}
	return w
}

var anySeeds = []string{
	"",
	"\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01\x00\x02\x02\x00", // three start, one fails
	"\x01\x02\x04\x00\x01\x40\x03\x00\x01\x00\x00\x01\x01\x00\x01\x01\x00",     // one_for_all, needs
	"\x13\x01\x00\x07\x00\x00\x07\x01\x00\x00\x00\x00\x01\x00\x02\x03\x01\x00", // simple_one_for_one
	"\x22\x04\x03\x10\x20\x80\x00\x00\x00\x04\x00\x00\x06\x00\x00\x05\x01\x01", // rest_for_one, late
}

func (w *witness) anything(b *bytes) {
	what := b.one(9)
	if what < 5 && len(w.children) == 0 {
		return
	}
	var c *child
	if what < 5 {
		c = w.children[b.one(len(w.children))]
	}
	switch what {
	case 0:
		w.tell(input{kind: inReady, child: c})
	case 1:
		w.down(c, []string{"exit-0", "exit-3", "start-failed", "ignored", "stopped", "shut-down"}[b.one(6)])
	case 2:
		w.stopped(c)
	case 3:
		w.gone(c)
	case 4:
		w.tell(input{kind: inDue, child: c})
	case 5:
		w.tell(input{kind: inGroupDue})
	case 6:
		w.now += time.Duration(b.next()) * 10 * time.Millisecond
	case 7:
		w.call(b)
	case 8:
		if b.next() > 200 {
			w.ended = true
			w.tell(input{kind: inStop, grace: time.Duration(b.one(3) - 1)})
		}
	}
}

func (w *witness) call(b *bytes) {
	id := fmt.Sprint("c", b.one(6))
	var request any
	switch b.one(6) {
	case 0:
		child := drawAnyChild(b, id, w.machine.spec, []string{"c0", "c1"})
		request = AddChild{ID: id, Child: child, Argument: child}
	case 1:
		request = StopChild{ID: id}
	case 2:
		request = StartChild{ID: id}
	case 3:
		request = RemoveChild{ID: id}
	case 4:
		request = ResetChild{ID: id}
	case 5:
		request = ListChildren{}
	}
	call := &Call{Request: request}
	w.calls[call] = false
	w.tell(input{kind: inCall, call: call})
}

// drawAnySpec makes a supervisor of bytes, with all that there is.
func drawAnySpec(b *bytes) Spec {
	flags, more := b.next(), b.next()
	spec := Spec{
		Strategy: Strategy(flags & 3), AutoShutdown: AutoShutdown((flags >> 2 & 3) % 3), Intensity: int(flags >> 4 & 3),
		Period: time.Second, Backoff: Backoff{Min: time.Duration(int(more>>2&1)*2 - 1), Max: time.Hour},
		Rest: time.Duration(more&1) * time.Minute,
	}
	switch spec.Strategy {
	case Dynamic:
		spec.Template = func(_ string, argument any) (Child, error) { return argument.(Child), nil }
		fallthrough
	case OneForOne:
		spec.Parallel = int(more >> 3 & 3)
	}
	var ids []string
	for i := range b.one(6) {
		if spec.Strategy != Dynamic {
			id := fmt.Sprint("c", i)
			spec.Children = append(spec.Children, drawAnyChild(b, id, &spec, ids))
			ids = append(ids, id)
		}
	}
	return spec
}

// drawAnyChild makes a child that needs some of siblings.
func drawAnyChild(b *bytes, id string, spec *Spec, siblings []string) Child {
	child, _ := drawChild(b, id, spec)
	flags := b.next()
	child.Grace = []time.Duration{0, -1, time.Second, Forever}[flags&3]
	child.MinUptime = time.Duration(flags>>2&1) * time.Second
	child.FinalWithin = time.Duration(flags>>3&1) * time.Second
	if flags&16 != 0 {
		child.SuccessCodes = []int{3}
	}
	if flags&32 != 0 && len(child.SuccessCodes) == 0 {
		child.FinalCodes = []int{3}
	}
	for i, sibling := range siblings {
		if flags>>6>>i&1 != 0 && spec.Strategy != Dynamic {
			child.After = append(child.After, sibling)
		}
	}
	return child
}
