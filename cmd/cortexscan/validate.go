package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"

	"example.com/cortexscan/api"
	"github.com/urfave/cli/v3"
)

func validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "hold recorded requests against the contract",
		UsageText: "cortexscan validate [FILE...]",
		Description: `Reads each FILE, or standard input where there is none or it is "-", and prints
every problem with its place. A file is one of:

  a HAR file       as browsers and proxies export it. Of its entries those count
                   whose path is one of the contract's; the others, and the
                   OPTIONS requests of browsers, are left out, and counted.
  an HTTP request  as text, HTTP/1.1, as proxies and --dry-run show it: its body
                   ends with its Content-Length, or with the file. The lines of
                   curl -v that begin with ">" will do, for a GET.

The host does not matter, and credentials are not looked at. No value and no
header of a recording is ever printed; names of members and parameters are.

The exit status is 0 where everything is as it should be, 2 where it is not, or
where a file cannot be read. With --output json: {"ok", "checked", "left_out",
"requests": [{"file", "entry", "operation", "problems": [{"in", "name",
"pointer", "reason"}]}]}; entry counts from 1, and is 0 outside of HAR files.

Examples:
  cortexscan validate recording.har
  cortexscan abort --hostname laptop-17 --dry-run | cortexscan validate
  curl -v … 2>&1 | cortexscan validate`,
		Action: action(runValidate),
	}
}

// recorded is one request of a recording.
type recorded struct {
	entry   int // in a HAR file, from 1
	request *http.Request
}

type validation struct {
	OK       bool          `json:"ok"`
	Checked  int           `json:"checked"`
	LeftOut  int           `json:"left_out"`
	Requests []requestJSON `json:"requests"`
}

type requestJSON struct {
	File      string        `json:"file"`
	Entry     int           `json:"entry"`
	Operation string        `json:"operation"`
	Problems  []problemJSON `json:"problems"`
}

func runValidate(ctx context.Context, s *session, cmd *cli.Command) error {
	files := cmd.Args().Slice()
	if len(files) == 0 {
		if s.stdinIsTerminal {
			return usagef("no file is named, and nothing comes through standard input").hint("See cortexscan validate --help.")
		}
		files = []string{"-"}
	}
	validator, err := api.NewValidator()
	if err != nil {
		return fmt.Errorf("%w: %w", errFailed, err)
	}
	v := &validation{OK: true, Requests: []requestJSON{}}
	for _, file := range files {
		if err := v.readFile(ctx, s, validator, file); err != nil {
			return err
		}
	}
	if s.out.json {
		s.out.printJSON(v)
	} else if len(files) > 1 {
		s.out.printf("%s, %s\n", count(v.Checked, "request"), v.verdict())
	}
	if !v.OK {
		return errProblems
	}
	return nil
}

// readFile validates the requests of one file.
func (v *validation) readFile(ctx context.Context, s *session, validator *api.Validator, file string) error {
	content, name, err := readRecording(ctx, s, file)
	if err != nil {
		return err
	}
	isHAR := bytes.HasPrefix(bytes.TrimSpace(content), []byte("{"))
	var requests []recorded
	if isHAR {
		requests, err = parseHAR(content)
	} else {
		requests, err = parseRawRequest(content)
	}
	if err != nil {
		return usagef("%s: %s", name, err)
	}
	one := validation{OK: true}
	for _, r := range requests {
		operation, problems, known := check(validator, r.request)
		if isHAR && !known {
			one.LeftOut++
			continue
		}
		one.Checked++
		one.OK = one.OK && len(problems) == 0
		one.Requests = append(one.Requests, requestJSON{name, r.entry, operation, problemsJSON(problems)})
	}
	if !s.out.json {
		one.print(s.out, name, isHAR)
	}
	v.OK = v.OK && one.OK
	v.Checked += one.Checked
	v.LeftOut += one.LeftOut
	v.Requests = append(v.Requests, one.Requests...)
	return nil
}

// check names the request's operation and its problems. Known is whether its path is one of the contract's.
func check(validator *api.Validator, r *http.Request) (operation string, problems []api.Problem, known bool) {
	err := validator.ValidateRequest(r)
	if err == nil {
		return r.Method + " " + r.URL.Path, nil, true
	}
	var violation *api.Violation
	if !errors.As(err, &violation) {
		return "", []api.Problem{{In: "request", Reason: "cannot be read"}}, true
	}
	known = violation.Operation != "" || violation.Problems[0].In != "path" && r.Method != http.MethodOptions
	return violation.Operation, violation.Problems, known
}

func (v *validation) print(o *output, name string, isHAR bool) {
	if isHAR {
		entries := "entries"
		if v.Checked+v.LeftOut == 1 {
			entries = "entry"
		}
		o.printf("%s: %d %s, %d of this contract: %s\n", name, v.Checked+v.LeftOut, entries, v.Checked, v.verdict())
	} else {
		o.printf("%s: %s\n", name, v.verdict())
	}
	for _, r := range v.Requests {
		if len(r.Problems) == 0 {
			continue
		}
		what := r.Operation
		if what == "" {
			what = "a request that the contract does not have"
		}
		if isHAR {
			what = fmt.Sprintf("entry %d, %s", r.Entry, what)
		}
		o.printf("  %s\n", what)
		for _, p := range r.Problems {
			text := api.Problem(p).String()
			if o.stdoutIsTerminal {
				text = wrapped(text, 6)
			}
			o.printf("    %s %s\n", red.paint(o.stdoutColor, "✗"), text)
		}
	}
}

func (v *validation) verdict() string {
	problems := 0
	for _, r := range v.Requests {
		problems += len(r.Problems)
	}
	switch {
	case v.Checked == 0:
		return "nothing to check"
	case problems == 0:
		return "as the contract has it"
	}
	return count(problems, "problem")
}

// maxRecording is far more than a browser records in a day.
const maxRecording = 256 << 20

// readRecording returns the file's content, and the name to call it by.
func readRecording(ctx context.Context, s *session, file string) (content []byte, name string, err error) {
	name = clean(file)
	var r io.Reader
	if file == "-" {
		name, r = "standard input", s.stdin
	} else {
		f, err := os.Open(file) //nolint:gosec // the person names the file
		if err != nil {
			reason := err
			var pathError *fs.PathError
			if errors.As(err, &pathError) {
				reason = pathError.Err
			}
			return nil, name, usagef("%s: %s", name, reason)
		}
		defer func() { _ = f.Close() }()
		r = f
	}
	content, err = await(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(r, maxRecording+1)) }, func() {})
	switch {
	case ctx.Err() != nil:
		return nil, name, ctx.Err()
	case err != nil:
		return nil, name, usagef("%s: cannot be read", name)
	case len(content) > maxRecording:
		return nil, name, usagef("%s: larger than %d MiB", name, maxRecording>>20)
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, name, usagef("%s: empty", name)
	}
	return content, name, nil
}
