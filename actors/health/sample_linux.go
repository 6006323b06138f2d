package health

// sampled says that this system has the table of processes that samples are made
// of.
const sampled = true
