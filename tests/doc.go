// Package tests holds the black-box tests of brood: what a user can do with
// the public packages, and what the project demands of its own source, such
// as which package may import which. It exports nothing.
//
// Package leak beside it is the leak check of every test binary; package
// bench compares the pool with hand-written code.
package tests
