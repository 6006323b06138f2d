package health

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Probe finds out one thing about a child. It is a value: it may be used for
// many children at once, and what it remembers of one incarnation is in what
// Open returns. A Probe that is a fmt.Stringer is named by that, else by its
// type.
type Probe interface {
	// Validate returns everything that is wrong with the probe's fields, or nil.
	Validate() error
	// Open prepares to look at one incarnation. It is called before the
	// process is started, and must not block. What it returns is called when it
	// runs, by one goroutine at a time, and returns nil if all is well. It must
	// return when ctx ends. An error that matches ErrUnresponsive says that the
	// child gives no answer; one that matches ErrInconclusive, that nothing was
	// found out.
	Open(child *Child) func(ctx context.Context) error
}

// What the error of a probe can match.
var (
	// ErrUnresponsive: the child gives no sign of life. Such a child is killed
	// at once, since it would not follow a request to end either.
	ErrUnresponsive = errors.New("unresponsive")
	// ErrInconclusive: nothing was found out. It is no failure and no success.
	ErrInconclusive = errors.New("inconclusive")
)

// Stream says which of the child's outputs a probe is about.
type Stream uint8

// The streams. On a terminal everything is Stdout.
const (
	AnyStream Stream = iota
	Stdout
	Stderr
)

// Child is one incarnation as its probes see it. Whoever runs the child fills
// in the fields; a nil function says that there is no such thing. The methods
// are for Open.
type Child struct {
	// PID and Started are set when the process runs: they are for what Open
	// returns, not for Open.
	PID     int
	Started time.Time
	// Quiet returns how long ago the child printed something last or, if it has
	// not, was started.
	Quiet func() time.Duration
	// Ping asks the child's protocol side for an answer. What became of it is
	// sent to answer, which needs room for one.
	Ping func(answer chan<- error)
	// Tasks returns how many tasks the child holds, and how many it has
	// answered.
	Tasks func() (held int, answered uint64)

	listeners []listener
	notify    notify
}

// listener is a probe that is given what the child prints.
type listener struct {
	stream Stream
	take   func(stream Stream, data []byte) (done bool)
}

// Listen has take called with everything that the child prints to the stream,
// until it returns true; for each stream on a goroutine of its own.
func (c *Child) Listen(stream Stream, take func(stream Stream, data []byte) (done bool)) {
	c.listeners = append(c.listeners, listener{stream, take})
}

// Listener returns what is to be called with everything that the child prints
// to the stream, until it returns true. It is nil if no probe listens.
func (c *Child) Listener(stream Stream) func(data []byte) (done bool) {
	var takes []listener
	for _, l := range c.listeners {
		if l.stream == AnyStream || l.stream == stream {
			takes = append(takes, l)
		}
	}
	if len(takes) == 0 {
		return nil
	}
	return func(data []byte) bool {
		left := takes[:0]
		for _, l := range takes {
			if !l.take(stream, data) {
				left = append(left, l)
			}
		}
		takes = left
		return len(takes) == 0
	}
}

// name returns the probe's name: one of few.
func name(p Probe) string {
	if p == nil {
		return ""
	}
	if s, ok := p.(fmt.Stringer); ok {
		return s.String()
	}
	t := reflect.TypeOf(p)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return strings.ToLower(t.Name())
}

// special is a probe that is not for everything.
type special interface {
	// misuse says why the probe is no proof of readiness or, if it is, why it is
	// no check of health.
	misuse(ready bool) error
}

// validate returns everything that is wrong with a probe and its use.
func validate(p Probe, ready bool) error {
	if p == nil {
		return errors.New("no Probe")
	}
	var faults []error
	if s, ok := p.(special); ok {
		faults = append(faults, s.misuse(ready))
	}
	if err := errors.Join(append(faults, p.Validate())...); err != nil {
		return fmt.Errorf("%s: %w", name(p), err)
	}
	return nil
}

// ValidateProof returns everything that is wrong with a probe that is to prove
// that a child is ready, or nil.
func ValidateProof(p Probe) error { return validate(p, true) }

// onlyProof and onlyCheck are embedded by probes of one use.
type (
	onlyProof struct{}
	onlyCheck struct{}
)

func (onlyProof) misuse(ready bool) error {
	if ready {
		return nil
	}
	return errors.New("it proves readiness, once, and is no check of health")
}

func (onlyCheck) misuse(ready bool) error {
	if ready {
		return errors.New("it is a check of health and no proof of readiness")
	}
	return nil
}

// fault returns an error if bad is true.
func fault(bad bool, format string, args ...any) error {
	if !bad {
		return nil
	}
	return fmt.Errorf(format, args...)
}
