package ptyio

// rlimits are the resources in the order of their constants. They have no
// numbers here: package tree refuses them.
var rlimits = [...]struct {
	name   string
	number int
}{
	{name: "open files"}, {name: "processes"}, {name: "processor seconds"}, {name: "address space"},
	{name: "data"}, {name: "stack"}, {name: "file size"}, {name: "core size"}, {name: "locked memory"},
}
