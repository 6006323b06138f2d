//go:build unix

package process

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/ptyio"
)

func init() {
	roles["quitter"] = quitter
	roles["polite"] = polite
}

// quitter ends with the code that a line of its input says, and by nothing else.
func quitter() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	fmt.Println("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var code int
		if _, err := fmt.Sscanf(lines.Text(), "quit %d", &code); err == nil {
			os.Exit(code)
		}
	}
	os.Exit(9)
}

// polite follows INT, and TERM not.
func polite() {
	asked := make(chan os.Signal, 2)
	signal.Notify(asked, syscall.SIGINT, syscall.SIGTERM)
	fmt.Println("ready")
	for sig := range asked {
		if sig == syscall.SIGINT {
			os.Exit(5)
		}
	}
}

// ample is a wait that is not to be over before the child follows.
const ample = 20 * time.Second

func TestStopPlanSteps(t *testing.T) {
	kill := func(sig string) *ptyio.Command {
		c := ptyio.Shell("kill -s " + sig + " $" + EnvChildPID)
		return &c
	}
	for name, c := range map[string]struct {
		role   string
		plan   StopPlan
		code   int
		signal syscall.Signal
	}{
		"a signal":                    {"polite", StopPlan{{Signal: syscall.SIGINT, Wait: ample}}, 5, 0},
		"the next one":                {"polite", StopPlan{{Signal: syscall.SIGTERM, Wait: 1}, {Signal: syscall.SIGINT, Wait: ample}}, 5, 0},
		"input":                       {"quitter", StopPlan{{Write: []byte("quit 6\n"), Wait: ample}}, 6, 0},
		"the end of input":            {"quitter", StopPlan{{CloseStdin: true, Wait: ample}}, 9, 0},
		"a command":                   {"polite", StopPlan{{Command: kill("INT"), Wait: ample}}, 5, 0},
		"nothing helps":               {"quitter", StopPlan{{Signal: syscall.SIGINT}, {Command: kill("TERM"), Wait: 50 * time.Millisecond}}, -1, syscall.SIGKILL},
		"what cannot be done":         {"quitter", StopPlan{{CloseStdin: true}, {Write: []byte("late\n"), Wait: time.Hour}, {Signal: syscall.SIGINT, Wait: ample}}, 9, 0},
		"a command that is not there": {"polite", StopPlan{{Command: &ptyio.Command{Path: "/no/such"}, Wait: 1}, {Signal: syscall.SIGINT, Wait: ample}}, 5, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, Spec{Command: self(t, c.role), StopPlan: c.plan})
			require.Eventually(t, func() bool { return h.output() == "ready\n" }, 20*time.Second, time.Millisecond)
			require.NoError(t, h.stop(0))
			exit := await[*actors.Down](h).Exit
			assert.Equal(t, actors.ReasonStopped, exit.Reason)
			assert.Equal(t, c.code, exit.Code, exit)
			assert.Equal(t, c.signal, exit.Signal)
		})
	}
}

// On a terminal a plan can type.
func TestStopPlanTypes(t *testing.T) {
	h := start(t, Spec{
		Command: self(t, "polite"), Transport: ptyio.PTY{},
		StopPlan: StopPlan{{Write: []byte{3}, Wait: ample}},
	})
	require.Eventually(t, func() bool { return h.output() == "ready\r\n" }, 20*time.Second, time.Millisecond)
	require.NoError(t, h.stop(0))
	assert.Equal(t, 5, await[*actors.Down](h).Exit.Code)
}

// A plan's message lets a worker finish.
func TestStopPlanMessage(t *testing.T) {
	spec := workerSpec(t)
	spec.StopPlan = StopPlan{{Message: true, Wait: ample}}
	h := start(t, spec)
	await[*actors.Ready](h)
	require.NoError(t, h.stop(0))
	assert.Equal(t, 0, await[*actors.Down](h).Exit.Code)
}

// The command of a plan does not outlive its wait, nor the child.
func TestStopPlanCommandIsBounded(t *testing.T) {
	forever := self(t, "deaf")
	for name, plan := range map[string]StopPlan{
		"its wait":  {{Command: &forever, Wait: 20 * time.Millisecond}},
		"the child": {{Command: &forever, Wait: time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, Spec{Command: self(t, "deaf"), StopPlan: plan})
			await[*actors.Ready](h)
			if plan[0].Wait == time.Hour {
				go func() { _ = h.do(&actors.Signal{Sig: syscall.SIGKILL}) }()
			}
			require.NoError(t, h.stop(0))
			await[*actors.Down](h)
			h.work.Wait() // the stopper too
		})
	}
}

// An explicit grace bounds the plan.
func TestGraceBoundsStopPlan(t *testing.T) {
	h := start(t, Spec{Command: self(t, "tough"), StopPlan: StopPlan{{Signal: syscall.SIGTERM, Wait: time.Hour}}})
	require.Eventually(t, func() bool { return h.output() == "ready\n" }, 20*time.Second, time.Millisecond)
	require.NoError(t, h.stop(20*time.Millisecond))
	assert.Equal(t, syscall.SIGKILL, await[*actors.Down](h).Exit.Signal)
}

func TestStopPlanFaultsAreAllReported(t *testing.T) {
	_, err := Spec{
		Command: ptyio.Command{Path: "x"},
		StopPlan: StopPlan{
			{},
			{Message: true},
			{Signal: 2, CloseStdin: true},
			{Signal: 99},
			{Command: &ptyio.Command{}, Wait: -1},
			{Command: &ptyio.Command{Path: "x"}},
		},
	}.Props()
	for _, fault := range []string{
		"StopPlan[0]: 0 deeds", "StopPlan[1]: a Message without a Protocol", "StopPlan[2]: 2 deeds",
		"StopPlan[3]: no signal 99", "StopPlan[4]: its Command.Path is empty", "StopPlan[4]: its Wait is -1ns",
		"StopPlan[5]: a Command without a Wait",
	} {
		assert.ErrorContains(t, err, fault)
	}
	assert.Equal(t, time.Duration(1<<63-1), StopPlan{{Wait: 1 << 62}, {Wait: 1 << 62}}.Time())
}
