package browser_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"example.com/cortexscan/wrapper"
)

// program is the path of the program.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "cortexscan")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "cortexscan")
		if out, err := exec.Command("go", "build", "-C", "../..", "-o", program, "./cmd/cortexscan").CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v\n%s", err, out))
		}
		return m.Run()
	}())
}

// running is a running sandbox, and a client for it.
type running struct {
	*wrapper.Client
	Environment map[string]string
	Pages       struct{ Live, Docs string }
}

func startSandbox(t *testing.T, args ...string) (r running) {
	t.Helper()
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
	if err := json.NewDecoder(out).Decode(&r); err != nil {
		t.Fatal(err)
	}
	for name, value := range r.Environment {
		t.Setenv(name, value)
	}
	if r.Client, err = wrapper.FromEnv(); err != nil {
		t.Fatal(err)
	}
	return r
}

// poll gets the status of an existing run.
func (r running) poll(t *testing.T, times int) {
	t.Helper()
	for range times {
		if _, err := r.GetScanRunStatus(t.Context(), 791); err != nil {
			t.Fatal(err)
		}
	}
}
