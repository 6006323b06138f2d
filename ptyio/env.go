package ptyio

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Env says what the environment of a child is. The zero value inherits the
// owner's, less the variables that belong to a protocol between two particular
// processes: one that a child took for its own would make it talk on a
// descriptor that is not there, or notify the owner's service manager.
type Env struct {
	// Empty starts from nothing instead of the owner's environment.
	Empty bool
	// Pass names what is taken from the owner's environment although Empty is
	// set; without Empty it has no effect. Variables of a protocol are not
	// passed.
	Pass []string
	// Set adds or replaces variables. It wins over everything else.
	Set map[string]string
	// Unset names inherited variables to take away.
	Unset []string
}

// Variables of a protocol between two processes: by name Node's IPC channel,
// systemd's notification and W3C trace context; by prefix systemd's watchdog,
// socket activation, and brood's own.
var (
	protocolNames = map[string]bool{
		"NODE_CHANNEL_FD":                 true,
		"NODE_CHANNEL_SERIALIZATION_MODE": true,
		"NODE_UNIQUE_ID":                  true,
		"NOTIFY_SOCKET":                   true,
		"TRACEPARENT":                     true,
		"TRACESTATE":                      true,
		"BAGGAGE":                         true,
	}
	protocolPrefixes = []string{"WATCHDOG_", "LISTEN_", "BROOD_"}
)

// Environ returns the child's environment as NAME=value, sorted by name, each
// name once, made from the owner's. Of an owner's name that is there twice the
// last counts; entries without a name are dropped. It depends on nothing but e
// and owner.
func (e Env) Environ(owner []string) []string {
	environ := make([]string, 0, len(owner)+len(e.Set))
	pass, unset := nameSet(e.Pass), nameSet(e.Unset)
	for _, entry := range owner {
		key := entryKey(entry)
		if key == "" || ofProtocol(key) || (e.Empty && !pass[key]) || unset[key] {
			continue
		}
		environ = append(environ, entry)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Set)) {
		environ = append(environ, name+"="+e.Set[name])
	}
	slices.SortStableFunc(environ, func(a, b string) int { return strings.Compare(entryKey(a), entryKey(b)) })
	last := environ[:0]
	for i, entry := range environ {
		if i+1 == len(environ) || entryKey(entry) != entryKey(environ[i+1]) {
			last = append(last, entry)
		}
	}
	return last
}

// entryKey returns the name in an entry, as it is compared; empty if there is
// none.
func entryKey(entry string) string {
	i := strings.IndexByte(entry, '=')
	return envKey(entry[:max(i, 0)])
}

func (e Env) sets(name string) bool {
	_, ok := e.Set[name]
	return ok
}

// with returns e with a variable that the transport supplies and others that
// it takes away; what the user set stays.
func (e Env) with(name, value string, unset ...string) Env {
	e.Unset = append(slices.Clone(e.Unset), unset...)
	if e.sets(name) {
		return e
	}
	e.Set = maps.Clone(e.Set)
	if e.Set == nil {
		e.Set = make(map[string]string, 1)
	}
	e.Set[name] = value
	return e
}

func (e Env) check() error {
	for name, value := range e.Set {
		if hasNUL(name) {
			return fmt.Errorf("NUL byte in the name of environment variable %q: %w", name, errInvalid)
		}
		if name == "" || strings.Contains(name, "=") {
			return fmt.Errorf("bad name of environment variable %q: %w", name, errInvalid)
		}
		if hasNUL(value) {
			return fmt.Errorf("NUL byte in the value of environment variable %s: %w", onOneLine(name), errInvalid)
		}
	}
	return nil
}

func nameSet(names []string) map[string]bool {
	if len(names) == 0 {
		return nil
	}
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[envKey(name)] = true
	}
	return set
}

func ofProtocol(key string) bool {
	return protocolNames[key] || slices.ContainsFunc(protocolPrefixes, func(prefix string) bool {
		return strings.HasPrefix(key, prefix)
	})
}
