package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
	"github.com/rogpeppe/go-internal/testscript"
)

const testKey = "the-key-of-the-test-tenant"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cortexscan": main})
}

// TestScripts runs the program as a user would. Each script has a separate tenant. The environment of a script contains
// the settings for its tenant, $HOST, and $DEAD, a URL at which no server listens.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			tenant := newTenant()
			server := httptest.NewServer(tenant)
			env.Defer(server.Close)
			env.Values["tenant"] = tenant
			env.Setenv("DEAD", "http://127.0.0.1:1")
			env.Setenv("HOST", strings.TrimPrefix(server.URL, "http://"))
			env.Setenv("TZ", "UTC")
			for name, value := range settingsOf(server.URL) {
				env.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"fail":    fail,
			"arrived": arrived,
		},
	})
}

// exits runs a program and checks its exit status, as in "exits 2 cortexscan abort".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARGUMENTS]")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("got exit status %d, want %s", got, args[0])
	}
}

// fail makes the next call fail with a status, a closed connection (reset), or no response (hang).
func fail(ts *testscript.TestScript, neg bool, args []string) {
	f := sandbox.Failure{}
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		name, value, _ := strings.Cut(strings.TrimPrefix(args[0], "-"), "=")
		args = args[1:]
		f.Header = http.Header{name: {value}}
	}
	if neg || len(args) == 0 {
		ts.Fatalf("usage: fail [-HEADER=VALUE] STATUS|reset|hang [BODY]")
	}
	switch args[0] {
	case "reset":
		f.Reset = true
	case "hang":
		f.Delay = time.Hour
	default:
		status, err := strconv.Atoi(args[0])
		ts.Check(err)
		f.Status = status
		f.Body = strings.Join(args[1:], " ")
	}
	ts.Value("tenant").(*sandbox.Tenant).Fail(f)
}

// "arrived N" waits until the tenant has received N calls, and fails if it has received more. "arrived N+" allows more.
func arrived(ts *testscript.TestScript, neg bool, args []string) {
	tenant := ts.Value("tenant").(*sandbox.Tenant)
	if neg || len(args) != 1 {
		ts.Fatalf("usage: arrived N|N+")
	}
	number, orMore := strings.CutSuffix(args[0], "+")
	want, err := strconv.Atoi(number)
	ts.Check(err)
	for deadline := time.Now().Add(time.Minute); len(tenant.Calls()) < want; <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("got %d calls, want %d", len(tenant.Calls()), want)
		}
	}
	if n := len(tenant.Calls()); n != want && !orMore {
		ts.Fatalf("got %d calls, want %d", n, want)
	}
}

func newTenant() *sandbox.Tenant {
	tenant := sandbox.New(sandbox.WithKey("17", testKey, sandbox.Advanced))
	tenant.AddScanRun(789, "Pending", "Pending", "Running", "Completed")
	tenant.AddScanRun(790, "Running")
	tenant.AddScanRun(791, "\x1b[31mwrong\u202e")
	tenant.AddScanRun(792, "Running", "Running", "Failed")
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", Platform: "windows", Group: "Finance, Berlin", ScanStatus: "in_progress"})
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-18", Platform: "windows", Group: "Finance", ScanStatus: "pending"})
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "build-3", Platform: "linux", ScanStatus: "in_progress"})
	return tenant
}

func settingsOf(url string) map[string]string {
	return map[string]string{
		wrapper.EnvURL:     url,
		wrapper.EnvKeyID:   "17",
		wrapper.EnvKey:     testKey,
		wrapper.EnvKeyType: "advanced",
	}
}

// trial runs the program in the test process. Unlike a script, it can simulate a terminal and cancel the context.
type trial struct {
	tenant         *sandbox.Tenant
	sys            system
	settings       map[string]string
	stdout, stderr bytes.Buffer
}

func newTrial(t testing.TB, args ...string) *trial {
	t.Helper()
	tenant := newTenant()
	server := httptest.NewServer(tenant)
	t.Cleanup(server.Close)
	c := newOffline(args...)
	c.tenant, c.settings = tenant, settingsOf(server.URL)
	return c
}

// newOffline returns a trial without a tenant.
func newOffline(args ...string) *trial {
	c := &trial{settings: map[string]string{}}
	c.sys = system{
		args:   append([]string{"cortexscan"}, args...),
		getenv: func(name string) string { return c.settings[name] },
		now:    func() time.Time { return time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC) },
		io: &terminal.IOStreams{
			In: strings.NewReader(""), Out: &c.stdout, ErrOut: &c.stderr,
			ReadPassword: func() (string, error) { return "", os.ErrClosed }, Restore: func() {},
		},
	}
	return c
}

// atTerminal simulates a terminal at which the user types these lines.
func (c *trial) atTerminal(lines ...string) {
	c.sys.io.InIsTerminal, c.sys.io.OutIsTerminal, c.sys.io.ErrIsTerminal = true, true, true
	c.sys.io.In = strings.NewReader(strings.Join(lines, ""))
}

func (c *trial) run(t testing.TB, ctx context.Context, want int) {
	t.Helper()
	c.sys.io.Configure(c.sys.getenv)
	if got := run(ctx, c.sys); got != want {
		t.Errorf("%v: got exit status %d, want %d", c.sys.args[1:], got, want)
	}
	if testing.Verbose() || t.Failed() {
		t.Logf("%v\n%s%s", c.sys.args[1:], &c.stdout, &c.stderr)
	}
}

func (c *trial) host() string { return strings.TrimPrefix(c.settings[wrapper.EnvURL], "http://") }

func wantText(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("got no %q in\n%s", part, text)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
