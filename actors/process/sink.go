package process

import "brood/actors"

// Overflow says what happens to output that comes faster than it is consumed.
type Overflow uint8

const (
	// Block holds the child: it is not read until its consumer has caught up.
	Block Overflow = iota
	// Drop reads on and drops what there is no room for, with a count.
	Drop
)

// sink takes what one output prints, on the goroutine that reads it.
type sink interface {
	// room waits until something can be taken, and returns how much: at most
	// limit.
	room(limit int) int
	// take takes data, which is valid during the call. So many bytes before it
	// were dropped.
	take(data []byte, dropped uint64)
	// end returns when all that was taken has been consumed.
	end()
}

// newSink returns the sink of an output, or nil if nobody consumes it.
func (o *output) newSink() sink {
	spec := o.run.spec
	var s sink
	switch {
	case spec.reader(o.stream) != nil:
		o.window = &spec.reader(o.stream).window
		return &filling{output: o, wait: spec.Overflow == Block}
	case spec.Lines != nil:
		s = &splitter{emit: spec.Lines, stream: o.stream, limit: spec.MaxLineBytes}
	case spec.Output != nil:
		s = &calling{call: spec.Output, stream: o.stream}
	case spec.OutputTo != nil:
		o.credit = newCredit(spec.OutputWindowBytes)
		return &sending{output: o, drop: spec.Overflow == Drop}
	default:
		return nil
	}
	if spec.Overflow == Drop {
		b := &buffering{output: o, next: s, done: make(chan struct{})}
		b.window.init(spec.OutputWindowBytes)
		o.window, o.ownWindow = &b.window, true
		return b
	}
	return s
}

// calling hands output to a function.
type calling struct {
	call   func(stream Stream, data []byte)
	stream Stream
}

func (c *calling) room(limit int) int         { return limit }
func (c *calling) take(data []byte, _ uint64) { c.call(c.stream, data) }
func (c *calling) end()                       {}

// filling hands output to a Reader.
type filling struct {
	output *output
	wait   bool
}

func (f *filling) room(limit int) int { return limit }

func (f *filling) take(data []byte, _ uint64) {
	f.output.drop(f.output.window.put(data, f.wait, &f.output.run.cut))
}

func (f *filling) end() {} // the Reader outlives the incarnation

// buffering reads on while its consumer is at work, and drops what is too much.
type buffering struct {
	output  *output
	window  window
	next    sink
	started bool
	done    chan struct{} // closed when next has everything
}

func (b *buffering) room(limit int) int { return limit }

func (b *buffering) take(data []byte, _ uint64) {
	if !b.started { // a child that prints nothing needs no goroutine for it
		b.started = true
		b.output.run.goes(b.feed)
	}
	b.output.drop(b.window.put(data, false, nil))
}

// feed is the feeder: it hands over what waits, until the output has ended.
func (b *buffering) feed() {
	defer close(b.done)
	var data []byte
	for {
		var dropped uint64
		var ok bool
		if data, dropped, ok = b.window.take(data); !ok {
			break
		}
		b.output.run.consume(func() { b.next.take(data, dropped) })
	}
	b.output.run.consume(b.next.end)
}

func (b *buffering) end() {
	b.window.end()
	if b.started {
		<-b.done
	}
}

// sending hands output to an actor that acknowledges it.
type sending struct {
	output  *output
	drop    bool
	skipped uint64
}

func (s *sending) room(limit int) int {
	if s.drop {
		return limit
	}
	return s.output.credit.wait(limit)
}

func (s *sending) take(data []byte, _ uint64) {
	o := s.output
	n := o.credit.take(len(data), s.drop)
	o.drop(len(data) - n)
	if n > 0 {
		o.run.system.Root.Send(o.run.spec.OutputTo, &actors.Output{
			Who:         o.run.self,
			Incarnation: o.run.incarnation,
			Stream:      o.stream,
			Data:        append([]byte(nil), data[:n]...),
			Dropped:     s.skipped,
		})
		s.skipped = 0
	}
	s.skipped += uint64(len(data) - n)
}

func (s *sending) end() {}
