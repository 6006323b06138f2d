package health

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"brood/ptyio"
)

var errSick = errors.New("status 503")

// Each letter is a result: s a success, f a failure, i an inconclusive one, h an
// inconclusive one of a child that was stopped; each comes a second after the
// one before, the first at the moment of Ready.
func TestJudge(t *testing.T) {
	const u, h, x = Undecided, Healthy, Unhealthy
	for _, c := range []struct {
		name    string
		check   Check
		results string
		want    []Verdict
	}{
		{"three failures in a row", Check{}, "sfff", []Verdict{h, h, h, x}},
		{"a success between", Check{}, "ffsff", []Verdict{u, u, h, h, h}},
		{"failures from the beginning", Check{}, "fff", []Verdict{u, u, x}},
		{"one failure is enough", Check{Failures: 1}, "sf", []Verdict{h, x}},
		{"two successes are wanted", Check{Successes: 2}, "ssfs", []Verdict{u, h, h, h}},
		{"it recovers", Check{Failures: 1, Successes: 2, ReportOnly: true}, "fssf", []Verdict{x, x, h, x}},
		{"inconclusive", Check{Failures: 2}, "fiiif", []Verdict{u, u, u, u, x}},
		{"inconclusive is no success", Check{Failures: 2}, "ii", []Verdict{u, u}},
		{"inconclusive, but halted", Check{Failures: 2}, "hh", []Verdict{u, x}},
		{"grace", Check{Failures: 1, Grace: 3 * time.Second}, "ffff", []Verdict{u, u, u, x}},
		{"a success ends the grace", Check{Failures: 1, Grace: time.Minute}, "fsf", []Verdict{u, h, x}},
	} {
		t.Run(c.name, func(t *testing.T) {
			check := c.check
			check.Probe = TCP{}
			check = check.WithDefaults()
			var track Track
			var got []Verdict
			for i, letter := range c.results {
				r := Result{}
				switch letter {
				case 'f':
					r.Err = errSick
				case 'i':
					r.Err = fmt.Errorf("%w: busy", ErrInconclusive)
				case 'h':
					r.Err, r.Condition = ErrInconclusive, Stopped
				}
				track = check.Judge(track, r, time.Duration(i)*time.Second)
				got = append(got, track.Verdict)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestDefaultsOfAProbeThatWaitsItself(t *testing.T) {
	got := Check{Probe: Silence{Longest: 20 * time.Second}}.WithDefaults()
	assert.Equal(t, Check{
		Probe: Silence{Longest: 20 * time.Second}, Name: "silence", Interval: 5 * time.Second, Timeout: DefaultTimeout,
		Failures: 1, Successes: 1,
	}, got)
	assert.Equal(t, "http", Check{Probe: &HTTP{}}.WithDefaults().Name)
}

func TestUnhealthyErrorTellsWhatWhyAndHowOften(t *testing.T) {
	for _, c := range []struct {
		want   string
		reacts bool
		err    UnhealthyError
	}{
		{"http: status 503 (3 times in a row)", true, UnhealthyError{"http", 3, Result{Err: errSick}}},
		{"http: status 503", true, UnhealthyError{"http", 1, Result{Err: errSick, Condition: Running}}},
		{"http: status 503", true, UnhealthyError{"http", 1, Result{Err: errSick, Condition: Waiting}}},
		{
			"http: stopped by a signal: no answer: unresponsive", false,
			UnhealthyError{"http", 1, Result{Err: fmt.Errorf("no answer: %w", ErrUnresponsive), Condition: Stopped}},
		},
		{"ping: no pong: unresponsive", false, UnhealthyError{"ping", 1, Result{Err: fmt.Errorf("no pong: %w", ErrUnresponsive)}}},
		{
			"kernel: stopped by a signal: unresponsive", false,
			UnhealthyError{"kernel", 1, Result{Err: fmt.Errorf("stopped by a signal: %w", ErrUnresponsive), Condition: Stopped}},
		},
	} {
		assert.EqualError(t, &c.err, c.want)
		assert.ErrorIs(t, &c.err, c.err.Last.Err)
		assert.Equal(t, c.reacts, c.err.Reacts(), c.want)
	}
}

// Everything that is wrong is said at once.
func TestValidation(t *testing.T) {
	bad := Check{Probe: HTTP{URL: "ftp://x", Status: 99}, Interval: -1, Timeout: -2, Failures: -3, Successes: -4, Grace: -5}
	assert.EqualError(t, bad.Validate(false), strings.Join([]string{
		`http: URL is "ftp://x": want http:// or https:// and a host`,
		"Status is 99", "Interval is -1ns", "Timeout is -2ns", "Failures is -3", "Successes is -4", "Grace is -5ns",
	}, "\n"))
	for want, probe := range map[string]Probe{
		"no Probe":            nil,
		"Address is":          TCP{Address: "nowhere"},
		"no port":             TCP{Address: "localhost:"},
		"Path is empty":       Unix{},
		"file: Path is empty": File{},
		"MaxAge is -1ns":      File{Path: "x", MaxAge: -1},
		"URL:":                HTTP{URL: "http://[::1"},
		"Command.Path is":     Command{},
		"Command is Detached": Command{Command: ptyio.Command{Path: "x", Detached: true}},
		"Pattern is nil":      Line{},
		"no stream 7":         Line{Pattern: regexp.MustCompile("x"), Stream: 7},
		"For is 0s":           Alive{},
		"no proof":            Kernel{},
		"ping: it is a check": Ping{},
		"Longest is 0s":       Silence{},
		"Within is 0s":        Watchdog{},
	} {
		assert.ErrorContains(t, ValidateProof(probe), want)
	}
	for _, proof := range []Probe{Line{Pattern: regexp.MustCompile("x")}, Alive{For: 1}, Notify{}} {
		if runtime.GOOS == "linux" {
			assert.NoError(t, ValidateProof(proof))
		}
		assert.ErrorContains(t, Check{Probe: proof}.Validate(false), "no check of health", "%T", proof)
	}
	assert.NoError(t, Check{Probe: Ping{}}.Validate(true))
	assert.ErrorContains(t, Check{Probe: Ping{}}.Validate(false), "without a Protocol")
	assert.NoError(t, Check{Probe: HTTP{URL: "http://localhost/"}}.Validate(false))
}
