// Package pause knows how long to wait before what has failed is tried again. Who
// waits, and what counts as a failure, is the business of its callers.
package pause
