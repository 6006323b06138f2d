package main

// terminalName is the input of the console that the program was started on.
const terminalName = "CONIN$"
