package ptyio

// Transport starts commands and connects to them in its way. Implementations
// are values and safe for concurrent use.
type Transport interface {
	// Start runs cmd. It returns when the program was executed, in
	// milliseconds; a program file that is open for writing is tried again for
	// up to 200 ms. The error is a *StartError. After success the caller must
	// Close the Conn.
	Start(cmd Command) (Conn, error)
}

// Size is the size of a terminal in characters.
type Size struct{ Rows, Cols uint16 }
