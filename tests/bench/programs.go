package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Program is one of the programs below oneshot, built as a user would ship it.
type Program struct {
	Name, Path string
	Size       int64
}

// OneShot are the names of the programs: hand, which the others are measured against, comes first.
var OneShot = []string{"hand", "bare", "stock", "resty", "ours", "validated"}

// Build builds the programs into dir, stripped. It runs in this module's directory.
func Build(dir string, names ...string) (programs []Program, err error) {
	for _, name := range names {
		path := filepath.Join(dir, name)
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, "example.com/cortexscan/tests/bench/oneshot/"+name)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: %w\n%s", name, err, out)
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		programs = append(programs, Program{name, path, info.Size()})
	}
	return programs, nil
}

// Runs makes a Batch of runs of the program, from its start to the answer printed.
func (p Program) Runs(base string) Batch {
	return func(n int) (time.Duration, error) {
		start := time.Now()
		for range n {
			if out, err := exec.Command(p.Path, base).CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != state {
				return 0, fmt.Errorf("%s: %v: %s", p.Name, err, out)
			}
		}
		return time.Since(start), nil
	}
}

// Serve answers status calls at an address of its own, for programs.
func Serve() (base string, close func()) {
	base, _, close = serve(Cases()[0], Loopback)
	return base, close
}
