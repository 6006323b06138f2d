// Package turns is how a program that has a pool is told what to do with it,
// and what it answers: lines of JSON on its stdin and stdout. tests/peers asks;
// the contestants answer, in whatever language they are written.
//
//	{"op":"open","workers":4,"queue":10000}  a new pool, instead of the one before
//	{"op":"load","callers":64,"seconds":0.25}
//	{"op":"batch","callers":5000,"seconds":0.25}  as many tasks in each batch
//	{"op":"latency","seconds":0.25}
//	{"op":"recover"}  kill a worker, wait for the first answer of its replacement
//
// Each is answered with one line that has what was measured (Answer), or why it
// was not. A contestant ends when its stdin does. It checks every reply.
package turns
