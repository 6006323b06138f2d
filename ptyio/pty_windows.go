package ptyio

// Start returns a StartError with ErrUnsupported.
func (p PTY) Start(cmd Command) (Conn, error) {
	return nil, &StartError{Path: cmd.Path, Err: ErrUnsupported}
}
