package telemetry

import (
	"strings"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Hop is one step on the way of a task, a child or a message. It decides the
// first word of a span's name, its kind and what its destination is; the table
// in the package comment tells all three. The zero value is HopSubmit.
type Hop uint8

// The hops.
const (
	// HopSubmit is the whole of one task as its sender sees it.
	HopSubmit Hop = iota
	// HopQueue is the wait of a task for a worker.
	HopQueue
	// HopExchange is one attempt: a task's frame to a child and the answer.
	HopExchange
	// HopHandle is the child's own work on a task.
	HopHandle
	// HopSpawn is the start of a child until it can take work.
	HopSpawn
	// HopRun is the whole life of a child that runs one command to its end.
	HopRun
	// HopMessage is an actor's handling of one message.
	HopMessage
	// HopProbe is one probe of a child's health that failed, or changed a verdict.
	HopProbe
	// HopRoute is one try of a router: a task handed to a member and its answer.
	HopRoute
)

// A trait is what the table in the package comment says of a hop.
type trait struct {
	word string
	kind trace.SpanKind
	// attrs are the same for all spans of the hop.
	attrs []attribute.KeyValue
	// target is the attribute that repeats the destination.
	target attribute.Key
}

// traits is indexed by Hop and never written.
var traits = [...]trait{
	HopSubmit:   {"submit", trace.SpanKindProducer, messaging("submit", semconv.MessagingOperationTypeSend), semconv.MessagingDestinationNameKey},
	HopQueue:    {"queue", trace.SpanKindInternal, nil, semconv.MessagingDestinationNameKey},
	HopExchange: {"exchange", trace.SpanKindClient, nil, semconv.MessagingDestinationNameKey},
	HopHandle:   {"handle", trace.SpanKindConsumer, messaging("handle", semconv.MessagingOperationTypeProcess), semconv.MessagingDestinationNameKey},
	HopSpawn:    {"spawn", trace.SpanKindClient, nil, semconv.ProcessExecutableNameKey},
	HopRun:      {"run", trace.SpanKindClient, nil, semconv.ProcessExecutableNameKey},
	HopMessage:  {"process", trace.SpanKindConsumer, messaging("process", semconv.MessagingOperationTypeProcess), semconv.MessagingDestinationNameKey},
	HopProbe:    {"probe", trace.SpanKindInternal, nil, ""},
	HopRoute:    {"route", trace.SpanKindInternal, nil, semconv.MessagingDestinationNameKey},
}

func messaging(name string, kind attribute.KeyValue) []attribute.KeyValue {
	return []attribute.KeyValue{
		semconv.MessagingSystemKey.String("brood"),
		semconv.MessagingOperationName(name),
		kind,
	}
}

// String returns the first word of the names of the hop's spans.
func (h Hop) String() string {
	if int(h) < len(traits) {
		return traits[h].word
	}
	return "unknown"
}

// name returns the name of the hop's span for destination.
func (h Hop) name(destination string) string {
	if destination == "" {
		return h.String()
	}
	return h.String() + " " + destination
}

// attributes returns a slice of its own with the hop's attributes, then attrs,
// so that a caller's value wins over the hop's for the same key.
func (h Hop) attributes(destination string, attrs []attribute.KeyValue) []attribute.KeyValue {
	var t trait
	if int(h) < len(traits) {
		t = traits[h]
	}
	all := make([]attribute.KeyValue, 0, len(t.attrs)+1+len(attrs))
	all = append(all, t.attrs...)
	if destination != "" && t.target != "" {
		all = append(all, t.target.String(destination))
	}
	return append(all, attrs...)
}

func (h Hop) kind() trace.SpanKind {
	if int(h) < len(traits) {
		return traits[h].kind
	}
	return trace.SpanKindInternal
}

// text makes s safe to export: one invalid byte (a program's name may hold
// any) would make an exporter refuse the whole batch of spans.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
