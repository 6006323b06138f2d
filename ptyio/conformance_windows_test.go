package ptyio_test

// pipesAreFull says that pipes have deadlines, and their children signals.
const pipesAreFull = false
