package tree

// markDescriptors marks every descriptor of this process from 3 up
// close-on-exec.
func markDescriptors() error { return markListed() }
