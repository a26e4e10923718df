package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"unicode/utf8"

	"example.com/cortexscan/cmd/cortexscan/internal/recording"
	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/internal/text"
	"github.com/urfave/cli/v3"
)

func validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "validate recorded requests against the spec",
		UsageText: "cortexscan validate [FILE...] [OPTIONS]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "base-path", OnlyOnce: true,
				Usage: "remove a gateway's `PATH` prefix, such as /gateway, before checking a request"},
			&cli.BoolFlag{Name: "strict",
				Usage: "treat warnings as problems"},
			&cli.BoolFlag{Name: "allow-empty",
				Usage: "succeed even if a file contains no request to check"},
			&cli.BoolFlag{Name: "allow-unknown",
				Usage: "skip requests for operations that the spec does not describe"},
		},
		Description: `Read each FILE and print every problem with its location. Without a FILE, or if
FILE is "-", the program reads standard input. A FILE is one of:

  a HAR file       from a browser or a proxy. OPTIONS requests and requests for
                   other services are skipped and counted.
  an HTTP request  as HTTP/1.1 text, in the form that proxies and
                   "abort --dry-run" print. The body ends at its Content-Length,
                   or at the end of the file. The output of "curl -v" works for
                   requests without a body.

The host and the credentials are not checked. The output contains names of
fields and parameters, but never values or headers from a recording.

A valid request gets a warning if its path has a trailing slash, or if a field,
operator or value in a filter is not documented (such as the platform "win").
The exit status is 2 if a request has a problem or an unknown path, or if
nothing was checked.

With --output json: {"ok", "checked", "left_out", "requests": [{"file", "entry",
"operation", "problems", "warnings"}]}. Problems and warnings are lists of
{"in", "name", "pointer", "reason"}. The entries of a HAR file are numbered from
1; for other files, the entry is 0. At most 10,000 requests are listed;
"not_listed" counts the rest.

Examples:
  cortexscan validate recording.har
  cortexscan abort --hostname laptop-17 --dry-run | cortexscan validate
  curl -v … 2>&1 | cortexscan validate`,
		Action: action(parseValidate, runValidate),
	}
}

type validateOptions struct {
	files                            []string
	basePath                         string
	strict, allowEmpty, allowUnknown bool
}

func parseValidate(s *session, cmd *cli.Command) (o validateOptions, err error) {
	o = validateOptions{
		files: cmd.Args().Slice(), strict: cmd.Bool("strict"),
		allowEmpty: cmd.Bool("allow-empty"), allowUnknown: cmd.Bool("allow-unknown"),
	}
	if len(o.files) == 0 {
		if s.io.InIsTerminal {
			return o, usagef("no file was given, and standard input is a terminal: name a file, or pipe a recording to this command").
				hint("See cortexscan validate --help.")
		}
		o.files = []string{"-"}
	}
	o.basePath, err = parseBasePath(cmd)
	return o, err
}

func parseBasePath(cmd *cli.Command) (string, error) {
	path, err := stringFlag(cmd, "base-path")
	if err != nil || path == "" {
		return "", err
	}
	u, err := url.Parse(path)
	if err != nil || u.Path != path || !strings.HasPrefix(path, "/") {
		return "", usagef("invalid value %q for --base-path: expected a path such as /gateway", printable(path))
	}
	return strings.TrimRight(path, "/"), nil
}

func runValidate(ctx context.Context, s *session, o validateOptions) error {
	c, err := newChecker(o)
	if err != nil {
		return err
	}
	all := &validation{OK: true, Requests: []requestJSON{}}
	var nothing error // about the first file in which nothing was checked
	for _, file := range o.files {
		one, rec, err := c.checkFile(ctx, s, file)
		if err != nil {
			return err
		}
		if one.Checked == 0 && !o.allowEmpty {
			one.OK = false
			if nothing == nil {
				nothing = nothingChecked(inputName(file), rec)
			}
		}
		if !s.json {
			one.print(s, inputName(file), rec.HAR)
		}
		all.merge(one)
	}
	if s.json {
		s.io.PrintJSON(all)
	} else if len(o.files) > 1 {
		s.io.Textf("%s, %s\n", terminal.Count(all.Checked, "request"), all.summary())
	}
	switch {
	case nothing != nil:
		return nothing
	case !all.OK:
		return errProblems
	}
	return nil
}

// endOfInput returns the keys that end input from a terminal.
func endOfInput() string {
	if runtime.GOOS == "windows" {
		return "Ctrl-Z and Enter"
	}
	return "Ctrl-D"
}

func inputName(file string) string {
	if file == "-" {
		return "standard input"
	}
	return printable(file)
}

func (c *checker) checkFile(ctx context.Context, s *session, file string) (*validation, *recording.Recording, error) {
	if file == "-" && s.io.InIsTerminal {
		s.io.Notef("Paste a recording, then press %s.\n", endOfInput())
	}
	if text.IsBlank(file) {
		return nil, nil, usagef("a file name is blank: is a variable unset?")
	}
	v := &validation{OK: true}
	each := func(e recording.Entry) { v.add(inputName(file), e, c.check(e)) }
	rec, err := terminal.Await(ctx, func() (*recording.Recording, error) {
		if file == "-" {
			return recording.Read(s.io.In, each)
		}
		return recording.ReadFile(file, each)
	}, func() {})
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	var problem *recording.Error
	if errors.As(err, &problem) {
		return nil, nil, usagef("%s: %s", inputName(file), problem.Reason).hint("%s", problem.Hint)
	}
	return v, rec, err
}

func nothingChecked(name string, rec *recording.Recording) error {
	e := usagef("%s: nothing was checked: no request is for an operation in the spec", name)
	if rec.Entries == 0 {
		e = usagef("%s: nothing was checked: the HAR file contains no entries", name)
	}
	return e.hint("To accept such a file, add --allow-empty.")
}

const maxListed = 10_000 // maximum number of requests in the JSON result; a recording can have millions

// validation is the result for one file or for all files.
type validation struct {
	OK        bool          `json:"ok"`
	Checked   int           `json:"checked"`
	LeftOut   int           `json:"left_out"`
	NotListed int           `json:"not_listed,omitempty"` // checked requests that are not in Requests
	Requests  []requestJSON `json:"requests"`

	problems, warnings int
	unlisted           int // requests that have problems or warnings and are not in Requests
}

type requestJSON struct {
	File      string        `json:"file"`
	Entry     int           `json:"entry"`
	Operation string        `json:"operation"`
	Problems  []problemJSON `json:"problems"`
	Warnings  []problemJSON `json:"warnings"`
}

func (v *validation) add(file string, e recording.Entry, found result) {
	if found.leftOut {
		v.LeftOut++
		return
	}
	v.Checked++
	v.OK = v.OK && len(found.problems) == 0
	v.problems += len(found.problems)
	v.warnings += len(found.warnings)
	remarkable := len(found.problems)+len(found.warnings) > 0
	if len(v.Requests) < maxListed/2 || remarkable && len(v.Requests) < maxListed {
		v.Requests = append(v.Requests, requestJSON{
			file, e.Number, found.operation, problemsJSON(found.problems), problemsJSON(found.warnings),
		})
		return
	}
	v.NotListed++
	if remarkable {
		v.unlisted++
	}
}

func (v *validation) merge(one *validation) {
	listed := one.Requests[:min(len(one.Requests), maxListed-min(len(v.Requests), maxListed))]
	v.OK = v.OK && one.OK
	v.Checked += one.Checked
	v.LeftOut += one.LeftOut
	v.NotListed += one.NotListed + len(one.Requests) - len(listed)
	v.Requests = append(v.Requests, listed...)
	v.problems += one.problems
	v.warnings += one.warnings
}

func (v *validation) print(s *session, name string, isHAR bool) {
	if isHAR {
		s.io.Textf("%s: %s, %d checked: %s\n", name, terminal.Count(v.Checked+v.LeftOut, "entry"), v.Checked, v.summary())
	} else {
		s.io.Textf("%s: %s\n", name, v.summary())
	}
	const most = 100
	printed, more := 0, v.unlisted
	for _, r := range v.Requests {
		if len(r.Problems)+len(r.Warnings) == 0 {
			continue
		}
		if printed++; printed > most {
			more++
			continue
		}
		what := r.Operation
		switch {
		case what == "" && r.Problems[0].In == "request":
			what = "unreadable"
		case what == "":
			what = "unknown operation"
		}
		if isHAR {
			what = fmt.Sprintf("entry %d, %s", r.Entry, what)
		}
		s.io.Textf("  %s\n", what)
		printProblems(s, terminal.Red, "✗ ", r.Problems)
		printProblems(s, terminal.Yellow, "warning: ", r.Warnings)
	}
	if more > 0 {
		s.io.Textf("  … and %s with problems or warnings\n", terminal.Count(more, "more request"))
	}
}

func printProblems(s *session, style terminal.Style, label string, problems []problemJSON) {
	for _, p := range problems {
		line := problemText(p)
		if s.io.OutIsTerminal {
			line = terminal.Wrap(line, 4+utf8.RuneCountInString(label), s.io.Width())
		}
		s.io.Textf("    %s%s\n", style.Paint(s.io.OutColor(), label), line)
	}
}

func (v *validation) summary() string {
	words := "valid"
	switch {
	case v.Checked == 0:
		return "nothing checked"
	case v.problems > 0:
		words = terminal.Count(v.problems, "problem")
	}
	if v.warnings > 0 {
		words += ", " + terminal.Count(v.warnings, "warning")
	}
	return words
}
