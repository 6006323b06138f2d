package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"

	"brood/tests/rival"
)

// contestant is a pool and how to start the program that has it.
type contestant struct {
	name string
	// command returns the program, or why it is not here.
	command func() (*exec.Cmd, error)
	// only is what it is measured in; empty: in everything.
	only []string
}

// field is where contestants come from.
type field struct {
	offline bool
	scratch string // for what is compiled
	found   map[string]provision
}

// provision is what several contestants need: a path, or why it is not here.
type provision struct {
	path string
	err  error
}

// contestants returns all whose name matches, each with what it needs to run.
func (f *field) contestants(only *regexp.Regexp) (all []contestant) {
	add := func(name string, command func() (*exec.Cmd, error), shapes ...string) {
		if only.MatchString(name) {
			all = append(all, contestant{name, command, shapes})
		}
	}
	for _, prefetch := range []string{"", "-1", "-4", "-64"} {
		add("brood-go"+prefetch, f.inGo("brood-go"+prefetch))
		add("brood-c"+prefetch, f.inGo("brood-c"+prefetch))
	}
	for _, name := range []string{"frames-go", "frames-c", "json-pipelined", "json"} {
		add(name, f.inGo(name))
	}
	for _, name := range []string{"rpc", "grpc"} {
		add("go-plugin-"+name, f.plugin(name))
	}
	for _, name := range []string{"guide", "workerpool", "tinypool", "piscina"} {
		add("node-"+name, f.node(name))
	}
	for _, name := range []string{"multiprocessing", "executor"} {
		add("python-"+name, f.python(name))
	}
	for _, name := range []string{"brood-go-nopause", "brood-c-nopause", "start-go", "start-c"} {
		add(name, f.inGo(name), recovery)
	}
	return all
}

// inGo returns the contestant of that name in pools.
func (f *field) inGo(name string) func() (*exec.Cmd, error) {
	return func() (*exec.Cmd, error) {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), envServe+"="+name)
		if strings.Contains(name, "-c") {
			c, err := f.once("c", f.compile)
			if err != nil {
				return nil, err
			}
			cmd.Env = append(cmd.Env, envProgram+"="+c)
		}
		return cmd, nil
	}
}

func (f *field) node(name string) func() (*exec.Cmd, error) {
	return func() (*exec.Cmd, error) {
		node, err := exec.LookPath("node")
		if err != nil {
			return nil, err
		}
		provide := f.packages
		if name == "guide" { // it needs none
			provide = f.nodeSources
		}
		dir, err := f.once("node-"+name, provide)
		if err != nil {
			return nil, err
		}
		return exec.Command(node, dir+"/peer.mjs", name), nil
	}
}

func (f *field) python(name string) func() (*exec.Cmd, error) {
	return func() (*exec.Cmd, error) {
		python, err := exec.LookPath("python3")
		if err != nil {
			return nil, err
		}
		dir, err := f.once("python", f.pythonSources)
		if err != nil {
			return nil, err
		}
		return exec.Command(python, dir+"/peer.py", name), nil
	}
}

func (f *field) plugin(kind string) func() (*exec.Cmd, error) {
	return func() (*exec.Cmd, error) {
		program, err := f.once("go-plugin", f.buildPlugin)
		if err != nil {
			return nil, err
		}
		return exec.Command(program, kind), nil
	}
}

func (f *field) compile() (string, error) {
	c, err := rival.CompileC(f.scratch)
	return string(c), err
}

// once returns what provide returned the first time for this key.
func (f *field) once(key string, provide func() (string, error)) (string, error) {
	p, ok := f.found[key]
	if !ok {
		p.path, p.err = provide()
		if f.found == nil {
			f.found = map[string]provision{}
		}
		f.found[key] = p
	}
	return p.path, p.err
}
