// Package ptyiotest is for tests.
package ptyiotest
