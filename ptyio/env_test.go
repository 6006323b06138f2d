package ptyio_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"brood/ptyio"
)

func TestEnviron(t *testing.T) {
	set := func(name, value string) map[string]string { return map[string]string{name: value} }
	tests := []struct {
		name  string
		env   ptyio.Env
		owner []string
		want  []string
	}{
		{"inherits, sorted by name", ptyio.Env{}, []string{"B=2", "A=1", "A0=x"}, []string{"A=1", "A0=x", "B=2"}},
		{"last of two counts", ptyio.Env{}, []string{"A=1", "A=2"}, []string{"A=2"}},
		{"value with = and newline", ptyio.Env{}, []string{"A=b=c\nd"}, []string{"A=b=c\nd"}},
		{"drops what is no variable", ptyio.Env{}, []string{"A", "=x", ""}, []string{}},
		{"drops protocols", ptyio.Env{}, []string{
			"NODE_CHANNEL_FD=3", "NODE_CHANNEL_SERIALIZATION_MODE=json", "NODE_UNIQUE_ID=1",
			"NOTIFY_SOCKET=/x", "WATCHDOG_PID=1", "WATCHDOG_USEC=1", "LISTEN_PID=1", "LISTEN_FDS=1",
			"LISTEN_FDNAMES=x", "TRACEPARENT=0", "TRACESTATE=0", "BAGGAGE=0", "BROOD_WORKER=1",
			"BROODING=1", "NODE_PATH=/n", "HOME=/h",
		}, []string{"BROODING=1", "HOME=/h", "NODE_PATH=/n"}},
		{"Set may set what is dropped", ptyio.Env{Set: set("BROOD_X", "new")},
			[]string{"BROOD_X=old"}, []string{"BROOD_X=new"}},
		{"Set replaces", ptyio.Env{Set: set("A", "2")}, []string{"A=1", "B=1"}, []string{"A=2", "B=1"}},
		{"Set to nothing is set", ptyio.Env{Set: set("A", "")}, []string{"A=1"}, []string{"A="}},
		{"Unset", ptyio.Env{Unset: []string{"A", "C"}}, []string{"A=1", "B=1"}, []string{"B=1"}},
		{"Set wins over Unset", ptyio.Env{Set: set("A", "2"), Unset: []string{"A"}}, []string{"A=1"}, []string{"A=2"}},
		{"Empty", ptyio.Env{Empty: true}, []string{"A=1"}, []string{}},
		{"Empty with Pass and Set", ptyio.Env{Empty: true, Pass: []string{"A", "C", "BROOD_X"}, Set: set("S", "1")},
			[]string{"A=1", "B=1", "BROOD_X=1"}, []string{"A=1", "S=1"}},
		{"Pass without Empty changes nothing", ptyio.Env{Pass: []string{"A"}}, []string{"A=1", "B=1"}, []string{"A=1", "B=1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, test.env.Environ(test.owner))
		})
	}
}

func TestEnvironLeavesItsInputsAlone(t *testing.T) {
	owner := []string{"B=1", "A=1"}
	env := ptyio.Env{Set: map[string]string{"C": "1"}, Unset: []string{"B"}}

	env.Environ(owner)

	assert.Equal(t, []string{"B=1", "A=1"}, owner)
	assert.Equal(t, ptyio.Env{Set: map[string]string{"C": "1"}, Unset: []string{"B"}}, env)
}

func TestName(t *testing.T) {
	assert.Equal(t, "ls", ptyio.Command{Path: "/bin/ls"}.Name())
	assert.Equal(t, "ls", ptyio.Command{Path: "ls"}.Name())
	assert.Empty(t, ptyio.Command{}.Name())
	assert.Equal(t, "grün und blau", ptyio.Command{Path: "/opt/grün und blau"}.Name())
	assert.Equal(t, `"a\nb"`, ptyio.Command{Path: "/bin/a\nb"}.Name())
	assert.Equal(t, `"\u202e\xff"`, ptyio.Command{Path: "\u202e\xff"}.Name(), "it shows, and as it is")
	assert.Equal(t, "sh", ptyio.Shell("exit 3").Name())
}
