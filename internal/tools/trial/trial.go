// Package trial tries a document in place of api/openapi.yaml, without changing any file: it generates and compiles
// everything, and calls every operation.
package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Result is the outcome for one operation.
type Result struct {
	Operation string `json:"operation"`      // method and path
	ID        string `json:"id"`             // operationId
	Call      string `json:"call"`           // what went wrong with a call; "" if nothing did
	Serve     string `json:"serve"`          // what went wrong in the sandbox
	Skip      string `json:"skip,omitempty"` // why it was not tried
}

// OK reports whether it was tried and nothing went wrong.
func (r Result) OK() bool { return r.Call == "" && r.Serve == "" && r.Skip == "" }

// String returns what went wrong, or "ok".
func (r Result) String() string {
	switch {
	case r.Skip != "":
		return "not tried: " + r.Skip
	case r.Call != "":
		return "called " + r.Call
	case r.Serve != "":
		return "sent to the sandbox: " + r.Serve
	}
	return "ok"
}

// A StepError is a step of Try that failed for the document as a whole.
type StepError struct {
	Step   string // generate, compile, load
	Output string
}

func (e *StepError) Error() string { return e.Step + ": " + strings.TrimSpace(e.Output) }

// Try generates the client from a document, compiles everything, loads the validator, and calls every operation through
// API() with validators on both sides: once on a server that responds as documented, and once on the sandbox. root is the
// repository.
func Try(ctx context.Context, root string, document []byte) (results []Result, err error) {
	err = inPlace(ctx, root, document, func(overlay string) error {
		program := filepath.Join(filepath.Dir(overlay), "drive")
		if out, err := goTool(ctx, root, "build", "-overlay", overlay, "-o", program, "./internal/tools/trial/drive"); err != nil {
			return &StepError{"compile", out}
		}
		cmd := exec.CommandContext(ctx, program) // #nosec G204 -- just built
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			return &StepError{"load", stderr.String()}
		}
		return json.Unmarshal(stdout.Bytes(), &results)
	})
	return results, err
}

// inPlace generates the client from a document, and calls do with a file for go build -overlay that puts both into the
// repository.
func inPlace(ctx context.Context, root string, document []byte, do func(overlay string) error) error {
	dir, err := os.MkdirTemp("", "contract-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	contract := filepath.Join(dir, "openapi.yaml")
	if err := os.WriteFile(contract, document, 0o600); err != nil {
		return err
	}
	replace := map[string]string{"api/openapi.yaml": contract}
	target, generated, err := generate(ctx, root, dir, "client", contract, "")
	if err != nil {
		return err
	}
	replace[target] = generated
	overlay, err := writeOverlay(root, dir, replace)
	if err != nil {
		return err
	}
	return do(overlay)
}

var outputLine = regexp.MustCompile(`(?m)^output: (.*)$`)

// generate runs oapi-codegen with the configuration of api, and its output in dir. It returns the file that the output
// replaces.
func generate(ctx context.Context, root, dir, config, document, pkg string) (target, generated string, err error) {
	content, err := os.ReadFile(filepath.Join(root, "api", config+".cfg.yaml"))
	if err != nil {
		return "", "", err
	}
	m := outputLine.FindSubmatch(content)
	if m == nil {
		return "", "", fmt.Errorf("read api/%s.cfg.yaml: it has no line with output: …", config)
	}
	target = string(m[1])
	generated = filepath.Join(dir, pkg+config+".gen.go")
	content = outputLine.ReplaceAll(content, []byte("output: "+filepath.ToSlash(generated)))
	path := filepath.Join(dir, pkg+config+".cfg.yaml")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return "", "", err
	}
	if out, err := goTool(ctx, root, "tool", "oapi-codegen", "-config", path, document); err != nil {
		return "", "", &StepError{"generate", out}
	}
	return target, generated, nil
}

// writeOverlay writes the file for go build -overlay.
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
	cmd := exec.CommandContext(ctx, "go", args...) // #nosec G204 -- fixed commands on files of this package's own
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// CompileAlone generates a client from each document, without any hand-written code, and compiles it. It returns the output
// of the generator or compiler for each document that fails, by name.
func CompileAlone(ctx context.Context, root string, documents map[string][]byte) (map[string]string, error) {
	dir, err := os.MkdirTemp("", "contract-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	failed := map[string]string{}
	replace := map[string]string{}
	args := []string{"build", "-overlay", filepath.Join(dir, "overlay.json")}
	for name, document := range documents {
		path := filepath.Join(dir, name+".yaml")
		if err := os.WriteFile(path, document, 0o600); err != nil {
			return nil, err
		}
		_, generated, err := generate(ctx, root, dir, "client", path, name)
		if err != nil {
			failed[name] = err.Error()
			continue
		}
		replace["internal/tools/trial/alone/"+name+"/client.gen.go"] = generated
		args = append(args, "./internal/tools/trial/alone/"+name)
	}
	if _, err := writeOverlay(root, dir, replace); err != nil {
		return nil, err
	}
	out, err := goTool(ctx, root, args...)
	if err == nil {
		return failed, nil
	}
	for _, part := range strings.Split("\n"+out, "\n# ")[1:] {
		pkg, messages, _ := strings.Cut(part, "\n")
		failed[pkg[strings.LastIndex(pkg, "/")+1:]] = messages
	}
	if !strings.Contains(out, "\n# ") && !strings.HasPrefix(out, "# ") {
		return nil, &StepError{"compile", out}
	}
	return failed, nil
}
