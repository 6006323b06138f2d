package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"

	"brood/tests/peers/turns"
	"brood/tests/rival"
)

// envServe makes the executed program the contestant with this name.
const envServe = "PEERS_SERVE"

// options are what the command line says.
type options struct {
	json    bool
	offline bool
	only    *regexp.Regexp
	plan    plan
}

func main() {
	rival.Child()
	var err error
	if name := os.Getenv(envServe); name != "" {
		err = serve(name)
	} else {
		err = measureAll(parse())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func parse() options {
	o := options{plan: plan{rounds: 5, turn: 250 * time.Millisecond}}
	quick := false
	flag.BoolVar(&o.json, "json", false, "print all numbers as JSON")
	flag.BoolVar(&o.offline, "offline", false, "install nothing")
	flag.BoolVar(&quick, "quick", false, "one short round")
	flag.IntVar(&o.plan.rounds, "rounds", o.plan.rounds, "turns of each contestant")
	flag.DurationVar(&o.plan.turn, "turn", o.plan.turn, "length of a turn")
	only := flag.String("only", "", "measure only contestants whose name matches this regular expression")
	flag.Parse()
	var err error
	if o.only, err = regexp.Compile(*only); err != nil || flag.NArg() > 0 || o.plan.rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if quick {
		o.plan = plan{rounds: 1, turn: 20 * time.Millisecond}
	}
	return o
}

// serve is the contestant with this name, one of those in Go.
func serve(name string) error {
	open, ok := pools[name]
	if !ok {
		return fmt.Errorf("no contestant %s", name)
	}
	return turns.Serve(open, os.Stdin, os.Stdout)
}

func measureAll(o options) error {
	scratch, err := os.MkdirTemp("", "peers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	f := field{offline: o.offline, scratch: scratch}
	report := measure(f.contestants(o.only), o.plan, os.Stderr)
	if o.json {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "\t")
		return encoder.Encode(report)
	}
	return report.print(os.Stdout)
}
