// Package trial tries a document in place of api/openapi.yaml. It generates the client, compiles it with the rest of
// the code and calls every operation, without changing a file in the repository.
package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Result is the outcome for one operation. At most one of Call and Skip is set.
type Result struct {
	Operation string // method and path
	Call      string // how a call failed
	Skip      string // why it was not tried
}

// OK reports whether the operation was tried and succeeded.
func (r Result) OK() bool { return r.Call == "" && r.Skip == "" }

// String returns "ok", or describes why the operation failed or was not tried.
func (r Result) String() string {
	switch {
	case r.Skip != "":
		return "not tried: " + r.Skip
	case r.Call != "":
		return "a call " + r.Call
	}
	return "ok"
}

// StepError reports that a step failed for the whole document.
type StepError struct {
	Step   string // "generate", "compile" or "load"
	Output string
}

func (e *StepError) Error() string { return e.Step + ": " + strings.TrimSpace(e.Output) }

// Try generates the client from a document, compiles it and calls every operation through API() with validators for
// requests and responses. The calls go to a server that validates them and responds as documented. root is the repository. If
// a step fails for the whole document, Try returns a *StepError.
func Try(ctx context.Context, root string, document []byte) ([]Result, error) {
	dir, err := os.MkdirTemp("", "contract-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	contract := filepath.Join(dir, "openapi.yaml")
	if err := os.WriteFile(contract, document, 0o600); err != nil {
		return nil, err
	}
	generated, err := generate(ctx, root, dir, "client", contract)
	if err != nil {
		return nil, err
	}
	overlay, err := writeOverlay(root, dir, map[string]string{"api/openapi.yaml": contract, "gen/client.gen.go": generated})
	if err != nil {
		return nil, err
	}
	program := filepath.Join(dir, "drive")
	if out, err := goTool(ctx, root, "build", "-overlay", overlay, "-o", program, "./internal/tools/trial/drive"); err != nil {
		return nil, &StepError{"compile", out}
	}
	cmd := exec.CommandContext(ctx, program)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, &StepError{"load", stderr.String()}
	}
	var results []Result
	err = json.Unmarshal(stdout.Bytes(), &results)
	return results, err
}

var outputLine = regexp.MustCompile(`(?m)^output: .*$`)

// oapiCodegen is run with go run, because go tool ignores -trimpath and therefore compiles the generator once more.
const oapiCodegen = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"

// generate runs oapi-codegen with the configuration in api. It writes a file to dir and returns the path of the file.
func generate(ctx context.Context, root, dir, name, document string) (string, error) {
	config, err := os.ReadFile(filepath.Join(root, "api", "client.cfg.yaml"))
	if err != nil {
		return "", err
	}
	generated := filepath.Join(dir, name+".gen.go")
	config = outputLine.ReplaceAll(config, []byte("output: "+filepath.ToSlash(generated)))
	path := filepath.Join(dir, name+".cfg.yaml")
	if err := os.WriteFile(path, config, 0o600); err != nil {
		return "", err
	}
	if out, err := goTool(ctx, root, "run", oapiCodegen, "-config", path, document); err != nil {
		return "", &StepError{"generate", strings.TrimSuffix(out, "exit status 1\n")}
	}
	return generated, nil
}

// writeOverlay writes a file for go build -overlay.
func writeOverlay(root, dir string, replace map[string]string) (string, error) {
	absolute, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	byPath := map[string]string{}
	for target, file := range replace {
		byPath[filepath.Join(absolute, target)] = file
	}
	content, err := json.Marshal(map[string]any{"Replace": byPath})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, content, 0o600)
}

func goTool(ctx context.Context, root string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err
}
