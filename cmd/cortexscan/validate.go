package main

import (
	"context"
	"errors"
	"runtime"

	"example.com/cortexscan/cmd/cortexscan/internal/recording"
	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/internal/text"
	"github.com/urfave/cli/v3"
)

func validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "validate recorded requests against the contract",
		UsageText: "cortexscan validate [FILE...] [OPTIONS]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "base-path", OnlyOnce: true,
				Usage: "the `PATH` in front of the contract's paths, such as /gateway"},
			&cli.BoolFlag{Name: "strict",
				Usage: "treat warnings as problems"},
			&cli.BoolFlag{Name: "allow-empty",
				Usage: "succeed if a file has no request for the contract"},
			&cli.BoolFlag{Name: "allow-unknown",
				Usage: "leave out requests for operations that the contract does not describe"},
		},
		Description: `Reads each FILE, or standard input if there is none or it is "-", and prints
every problem with its place. A FILE is one of:

  a HAR file       exported from a browser or a proxy. Requests to other paths
                   and OPTIONS requests are left out, and counted.
  an HTTP request  as text, HTTP/1.1, as proxies and "abort --dry-run" print it.
                   Its body ends with its Content-Length, or with the file.
                   The output of "curl -v" will do if there is no body.

The host and the credentials are not checked. No value and no header of a
recording is ever printed; names of members and parameters are.

A valid request with a filter that the service does not document, such as the
platform "win", gets a warning. The exit status is 2 if a request has problems,
if its path is unknown (a typo, a trailing slash), or if nothing was checked.

With --output json: {"ok", "checked", "left_out", "requests": [{"file", "entry",
"operation", "problems", "warnings"}]}, where problems and warnings are lists of
{"in", "name", "pointer", "reason"}. Entries of a HAR file count from 1; the
entry of any other file is 0.

Examples:
  cortexscan validate recording.har
  cortexscan abort --hostname laptop-17 --dry-run | cortexscan validate
  curl -v … 2>&1 | cortexscan validate`,
		Action: action(runValidate),
	}
}

func runValidate(ctx context.Context, s *session, cmd *cli.Command) error {
	files := cmd.Args().Slice()
	if len(files) == 0 {
		if s.io.InIsTerminal {
			return usagef("no file is named, and standard input is a terminal").hint("See cortexscan validate --help.")
		}
		files = []string{"-"}
	}
	c, err := newChecker(cmd)
	if err != nil {
		return err
	}
	all := &validation{OK: true, Requests: []requestJSON{}}
	var nothing error // the first file without anything to check
	for _, file := range files {
		one, rec, err := c.checkFile(ctx, s, file)
		if err != nil {
			return err
		}
		if one.Checked == 0 && !cmd.Bool("allow-empty") {
			one.OK = false
			if nothing == nil {
				nothing = nothingChecked(inputName(file), rec)
			}
		}
		if !s.json {
			one.print(s, inputName(file), rec.HAR)
		}
		all.add(one)
	}
	if s.json {
		s.io.PrintJSON(all)
	} else if len(files) > 1 {
		s.io.Printf("%s, %s\n", count(all.Checked, "request"), all.verdict())
	}
	switch {
	case nothing != nil:
		return nothing
	case !all.OK:
		return errProblems
	}
	return nil
}

// inputName is what a file is called in messages.
func inputName(file string) string {
	if file == "-" {
		return "standard input"
	}
	return printable(file)
}

// checkFile validates the requests of one file.
func (c *checker) checkFile(ctx context.Context, s *session, file string) (*validation, *recording.Recording, error) {
	if file == "-" && s.io.InIsTerminal {
		key := "Ctrl-D"
		if runtime.GOOS == "windows" {
			key = "Ctrl-Z and Enter"
		}
		s.io.Notef("Reading from the terminal: paste a recording, then press %s.\n", key)
	}
	if text.IsBlank(file) {
		return nil, nil, usagef("the name of a file is blank: is a variable unset?")
	}
	content, err := terminal.Await(ctx, func() ([]byte, error) {
		if file == "-" {
			return recording.Read(s.io.In)
		}
		return recording.ReadFile(file)
	}, func() {})
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	var rec *recording.Recording
	if err == nil {
		rec, err = recording.Parse(content)
	}
	var problem *recording.Error
	if errors.As(err, &problem) {
		return nil, nil, usagef("%s: %s", inputName(file), problem.Reason).hint("%s", problem.Hint)
	}
	if err != nil {
		return nil, nil, usagef("%s: %s", inputName(file), err)
	}
	v := &validation{OK: true}
	for _, e := range rec.Entries {
		found := c.check(e, rec.HAR)
		if found.leftOut {
			v.LeftOut++
			continue
		}
		v.Checked++
		v.OK = v.OK && len(found.problems) == 0
		v.Requests = append(v.Requests, requestJSON{
			inputName(file), e.Number, found.operation, problemsJSON(found.problems), problemsJSON(found.warnings),
		})
	}
	return v, rec, nil
}

// nothingChecked is the error for a file that would pass because nothing in it was looked at.
func nothingChecked(name string, rec *recording.Recording) error {
	e := usagef("%s: nothing to check: %s, none for this contract", name, entries(len(rec.Entries)))
	if len(rec.Entries) == 0 {
		e = usagef("%s: nothing to check: the HAR file has no entries", name)
	}
	return e.hint("If that is as intended, add --allow-empty.")
}
