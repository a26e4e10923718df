package browser_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/wrapper"
)

// program is the path of the program. startSandbox builds the program once.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "cortexscan")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "cortexscan")
		defer func() {
			for _, stop := range shared.stop {
				stop()
			}
		}()
		return m.Run()
	}())
}

// running contains the settings and the page URLs of a running sandbox.
type running struct {
	Environment map[string]string
	Pages       struct{ Live, Docs, Contract string }
}

func startSandbox(t *testing.T, args ...string) running {
	t.Helper()
	if _, err := os.Stat(program); err != nil {
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-C", "../..", "-o", program, "./cmd/cortexscan").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	cmd := exec.Command(program, append([]string{"sandbox", "--listen", "127.0.0.1:0", "--output", "json"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the sandbox ended with %v", err)
		}
	})
	var r running
	if err := json.NewDecoder(out).Decode(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r running) client(t *testing.T) *wrapper.Client {
	t.Helper()
	cred, err := wrapper.KeyOfType(r.Environment[wrapper.EnvKeyType], r.Environment[wrapper.EnvKeyID], r.Environment[wrapper.EnvKey])
	if err != nil {
		t.Fatal(err)
	}
	// A new transport has no idle connections from an earlier test.
	c, err := wrapper.New(r.Environment[wrapper.EnvURL], cred, wrapper.WithHTTPClient(&http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// poll gets the status of an existing run.
func (r running) poll(t *testing.T, c *wrapper.Client, times int) {
	t.Helper()
	for range times {
		if _, err := c.GetScanRunStatus(t.Context(), 791); err != nil {
			t.Fatal(err)
		}
	}
}

// shell runs commands in a POSIX shell. The program is in PATH. The environment contains settings only if they are in env.
func shell(t *testing.T, commands string, env ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-eu")
	cmd.Stdin = strings.NewReader(commands)
	cmd.Env = append(env, "PATH="+filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s\nfrom the commands\n%s", err, out, commands)
	}
	return string(out)
}
