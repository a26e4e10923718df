package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"example.com/cortexscan/api"
	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/wrapper"
)

// The exit status, as the help documents it. Scripts depend on these numbers.
const (
	exitDone           = 0
	exitRefused        = 1
	exitUsage          = 2
	exitNetwork        = 3
	exitInterrupted    = 4
	exitUnknown        = 5
	exitNothingMatched = 6
)

var (
	errUsage       = errors.New("wrong use")
	errFailed      = errors.New("failed")        // something of ours came out wrong
	errProblems    = errors.New("problems")      // validate has found some, and printed them
	errInterrupted = errors.New("not confirmed") // by the person at the terminal
)

// kinds map an error to its name in JSON and to the exit status. The first that holds counts: that the outcome
// is unknown is more to know than why.
var kinds = []struct {
	err  error
	name string
	exit int
}{
	{wrapper.ErrOutcomeUnknown, "outcome_unknown", exitUnknown},
	{errUsage, "usage", exitUsage},
	{errProblems, "problems", exitUsage},
	{wrapper.ErrInvalidRequest, "invalid_request", exitUsage},
	{errInterrupted, "not_confirmed", exitInterrupted},
	{context.Canceled, "interrupted", exitInterrupted},
	{wrapper.ErrNoEndpoints, "no_endpoints", exitNothingMatched},
	{wrapper.ErrBadRequest, "bad_request", exitRefused},
	{wrapper.ErrUnauthorized, "unauthorized", exitRefused},
	{wrapper.ErrNoLicense, "no_license", exitRefused},
	{wrapper.ErrForbidden, "forbidden", exitRefused},
	{wrapper.ErrNotFound, "not_found", exitRefused},
	{wrapper.ErrRateLimited, "rate_limited", exitRefused},
	{wrapper.ErrServer, "server_error", exitRefused},
	{wrapper.ErrResponseTooLarge, "response_too_large", exitRefused},
	{wrapper.ErrUnexpectedResponse, "unexpected_response", exitRefused},
	{wrapper.ErrInvalidResponse, "invalid_response", exitRefused},
	{errFailed, "failed", exitRefused},
	{context.DeadlineExceeded, "timeout", exitNetwork},
}

// kindOf returns the error's name and exit status. What a call returns that is no answer of the service is the
// network's.
func kindOf(err error) (name string, exit int) {
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return k.name, k.exit
		}
	}
	return "network", exitNetwork
}

// usageError is a command line that cannot be carried out.
type usageError struct{ text, advice string }

func usagef(format string, args ...any) *usageError {
	return &usageError{text: fmt.Sprintf(format, args...)}
}

func (e *usageError) hint(format string, args ...any) *usageError {
	e.advice = fmt.Sprintf(format, args...)
	return e
}

func (e *usageError) Error() string { return e.text }
func (e *usageError) Unwrap() error { return errUsage }

// noted is an error with something that is known all the same, such as the last state seen.
type noted struct {
	error
	note string
}

func (e noted) Unwrap() error { return e.error }

// failure is an error as it is shown: in text, or as the JSON object "error".
type failure struct {
	Kind      string        `json:"kind"`
	Exit      int           `json:"exit_status"`
	Message   string        `json:"message"`
	Hint      string        `json:"hint,omitempty"`
	Note      string        `json:"note,omitempty"`
	Operation string        `json:"operation,omitempty"`
	Status    int           `json:"http_status,omitempty"`
	Attempts  int           `json:"attempts,omitempty"`
	Details   []detailJSON  `json:"details,omitempty"`
	Problems  []problemJSON `json:"problems,omitempty"`
}

type detailJSON struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

const sentUnknown = "the request was sent; whether it was carried out is unknown"

const checkActionCenter = "Look in the console under Response → Action Center whether the action is there, before you send it again."

func describe(err error) failure {
	f := failure{Message: printable(err.Error())}
	f.Kind, f.Exit = kindOf(err)

	var n noted
	if errors.As(err, &n) {
		f.Note = printable(n.note)
		f.Message = printable(n.Error())
	}
	var usage *usageError
	if errors.As(err, &usage) {
		f.Hint = printable(usage.advice)
	}
	var answer *wrapper.APIError
	if errors.As(err, &answer) {
		f.Operation, f.Status, f.Attempts, f.Hint = answer.Operation, answer.StatusCode, answer.Attempts, answer.Hint
		for _, d := range answer.Details {
			f.Details = append(f.Details, detailJSON(d))
		}
		bare := *answer
		bare.Hint, bare.Details = "", nil // shown apart
		f.Message = printable(bare.Error())
	}
	var violation *api.Violation
	if errors.As(err, &violation) && f.Status == 0 {
		f.Message = "the request does not match the contract; nothing was sent"
		f.Operation = violation.Operation
		f.Problems = problemsJSON(violation.Problems)
	}
	f.addAdvice(err)
	return f
}

// addAdvice says what to do where the wrapper does not know, because it knows no program around it.
func (f *failure) addAdvice(err error) {
	interrupted := errors.Is(err, context.Canceled)
	switch {
	case f.Kind == "outcome_unknown" && interrupted:
		f.Message, f.Hint = "interrupted: "+sentUnknown, checkActionCenter
	case f.Kind == "outcome_unknown":
		why := strings.TrimSuffix(f.Message, " The request may have been executed: check before sending it again.")
		f.Message, f.Hint = sentUnknown+": "+why, checkActionCenter
	case f.Kind == "interrupted" && f.Status != 0:
		f.Message = fmt.Sprintf("interrupted: the service answered %d, nothing was carried out", f.Status)
		f.Hint = ""
	case f.Kind == "interrupted":
		f.Message = "interrupted"
		if f.Note == "" {
			f.Message = "interrupted before anything was sent"
		}
	case (f.Kind == "network" || f.Kind == "timeout") && f.Hint == "":
		f.Hint = "Check the address (--url), the network, and the proxy variables such as HTTPS_PROXY."
	}
}

// report shows the error on standard error and returns the exit status.
func (s *session) report(err error) int {
	f := describe(err)
	if errors.Is(err, errProblems) {
		return f.Exit // they stand in the output
	}
	if s.json {
		e := json.NewEncoder(s.io.ErrOut)
		e.SetEscapeHTML(false)
		_ = e.Encode(map[string]failure{"error": f})
		return f.Exit
	}
	line := func(style terminal.Style, label, text string) {
		if s.io.ErrIsTerminal {
			text = terminal.Wrap(text, len("error: "))
		}
		if text != "" {
			s.io.Notef("%s%s%s\n", style.Paint(s.io.ErrColor(), label), strings.Repeat(" ", len("error: ")-len(label)), text)
		}
	}
	line(terminal.Red, "error:", f.Message)
	line(terminal.Bold, "note:", f.Note)
	line(terminal.Yellow, "hint:", f.Hint)
	for _, d := range f.Details {
		s.io.Notef("  %s\n", wrapper.Detail(d))
	}
	for _, p := range f.Problems {
		s.io.Notef("  %s\n", api.Problem(p))
	}
	return f.Exit
}
