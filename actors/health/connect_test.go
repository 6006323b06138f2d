package health

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// ask opens the probe and asks once.
func ask(t *testing.T, p Probe) error {
	t.Helper()
	require.NoError(t, p.Validate())
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return p.Open(&Child{PID: os.Getpid()})(ctx)
}

func TestTCPAcceptsAndRefuses(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	probe := TCP{Address: l.Addr().String()}
	assert.NoError(t, ask(t, probe))
	require.NoError(t, l.Close())
	assert.Error(t, ask(t, probe))
}

func TestUnixAcceptsAndRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	assert.Error(t, ask(t, Unix{Path: path}))
	l, err := net.Listen("unix", path)
	require.NoError(t, err)
	assert.NoError(t, ask(t, Unix{Path: path}))
	require.NoError(t, l.Close())
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	assert.Error(t, ask(t, Unix{Path: path}), "a file is no socket")
}

func answer(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/moved":
		http.Redirect(w, r, "/", http.StatusFound)
	case r.URL.Path == "/sick":
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.URL.Path == "/host" && (r.Host != "example.org" || r.Header.Get("X-Token") != "secret"):
		w.WriteHeader(http.StatusForbidden)
	case r.URL.Path == "/slow":
		<-r.Context().Done()
	}
}

func TestHTTPStatus(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(answer))
	defer server.Close()
	header := http.Header{"Host": {"example.org"}, "X-Token": {"secret"}}
	for _, c := range []struct {
		probe HTTP
		want  string // of the error; empty: none
	}{
		{HTTP{URL: "/"}, ""},
		{HTTP{URL: "/sick"}, "status 503 Service Unavailable"},
		{HTTP{URL: "/sick", Status: 503}, ""},
		{HTTP{URL: "/moved"}, "status 302 Found"},
		{HTTP{URL: "/", Status: 204}, "status 200 OK"},
		{HTTP{URL: "/host"}, "status 403 Forbidden"},
		{HTTP{URL: "/host", Header: header}, ""},
	} {
		c.probe.URL = server.URL + c.probe.URL
		err := ask(t, c.probe)
		if c.want == "" {
			assert.NoError(t, err, c.probe.URL)
		} else {
			assert.EqualError(t, err, c.want)
		}
	}
	check := Check{Probe: HTTP{URL: server.URL + "/slow"}, Timeout: 50 * time.Millisecond}.WithDefaults()
	assert.ErrorIs(t, check.look(t.Context(), check.Probe.Open(nil), &Child{}).Err, ErrUnresponsive)
}

func TestHTTPOverAUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	require.NoError(t, err)
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(answer)}}
	server.Start()
	defer server.Close()
	assert.NoError(t, ask(t, HTTP{URL: "http://app/", Socket: path}))
	assert.Error(t, ask(t, HTTP{URL: "http://app/sick", Socket: path}))
}

func TestFileIsThereAndNewAndNotTooOld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	probe := File{Path: path}.Open(nil)
	assert.ErrorIs(t, probe(t.Context()), os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	assert.NoError(t, probe(t.Context()))

	again := File{Path: path}.Open(nil)
	assert.ErrorContains(t, again(t.Context()), "from before the start")
	assert.NoError(t, ask(t, File{Path: path, Old: true}))
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Second)))
	assert.NoError(t, again(t.Context()), "it was written again")
	require.NoError(t, os.Remove(path))
	assert.Error(t, again(t.Context()))

	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(-time.Minute)))
	assert.ErrorContains(t, ask(t, File{Path: path, Old: true, MaxAge: 50 * time.Second}), "old")
	assert.NoError(t, ask(t, File{Path: path, Old: true, MaxAge: time.Hour}))
}

func TestCommandExits(t *testing.T) {
	assert.NoError(t, ask(t, Command{Command: ptyio.Shell("test $" + EnvChildPID + " -gt 1")}))
	assert.EqualError(t, ask(t, Command{Command: ptyio.Shell("exit 3")}), "sh: exit code 3")
	assert.ErrorIs(t, ask(t, Command{Command: ptyio.Command{Path: "/no/such/program"}}), os.ErrNotExist)
	check := Check{Probe: Command{Command: ptyio.Shell("sleep 60")}, Timeout: 50 * time.Millisecond}.WithDefaults()
	began := time.Now()
	assert.ErrorIs(t, check.look(t.Context(), check.Probe.Open(&Child{}), &Child{}).Err, ErrUnresponsive)
	assert.Less(t, time.Since(began), 20*time.Second, "it was killed")
}
