package protocol_test

import (
	"fmt"

	"brood/actors/protocol"
)

// The two sides of a wire, without the wire between them.
func ExampleWire() {
	parent, _ := protocol.Wire{}.Open()
	_, child := protocol.Wire{}.Open()

	bytes, err := parent.Encode(nil, &protocol.Message{Kind: protocol.Task, ID: 1, Incarnation: 7, Payload: []byte("hello")})
	if err != nil {
		panic(err)
	}
	bytes, err = parent.Encode(bytes, &protocol.Message{Kind: protocol.Shutdown, Incarnation: 7})
	if err != nil {
		panic(err)
	}

	child.Advance(copy(child.Space(len(bytes)), bytes))
	var m protocol.Message
	for {
		ok, err := child.Next(&m)
		if err != nil {
			panic(err)
		}
		if !ok {
			break
		}
		fmt.Printf("%s %d %q\n", m.Kind, m.ID, m.Payload)
	}
	// Output:
	// task 1 "hello"
	// shutdown 0 ""
}
