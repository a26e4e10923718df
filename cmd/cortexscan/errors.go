package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"example.com/cortexscan/api"
	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/wrapper"
)

// Scripts depend on these exit statuses.
const (
	exitDone            = 0
	exitRefused         = 1
	exitUsage           = 2
	exitNetwork         = 3
	exitInterrupted     = 4
	exitUnknown         = 5
	exitNothingMatched  = 6
	exitUnexpectedState = 7
)

var (
	errUsage       = errors.New("usage error")
	errFailed      = errors.New("failed")                 // the program failed
	errProblems    = errors.New("problems")               // validate found and printed problems
	errInterrupted = errors.New("not confirmed")          // the user did not confirm the abort
	errNoKey       = errors.New("no API key was entered") // the input ended at the prompt for the key
	errResultLost  = errors.New("result not written")     // the result of an accepted abort was not printed
)

// kinds maps an error to its name in JSON and to the exit status. kindOf uses the first match, so that an unknown
// outcome takes precedence over its reason.
var kinds = []struct {
	err  error
	name string
	exit int
}{
	{errResultLost, "result_not_written", exitUnknown},
	{wrapper.ErrOutcomeUnknown, "outcome_unknown", exitUnknown},
	{errUsage, "usage", exitUsage},
	{errProblems, "problems", exitUsage},
	{wrapper.ErrInvalidRequest, "invalid_request", exitUsage},
	{errInterrupted, "not_confirmed", exitInterrupted},
	{errNoKey, "not_confirmed", exitInterrupted},
	{context.Canceled, "interrupted", exitInterrupted},
	{wrapper.ErrUnexpectedState, "unexpected_state", exitUnexpectedState},
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

// kindOf returns the name and the exit status of an error. It treats an error that is not in kinds as a network error.
func kindOf(err error) (name string, exit int) {
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return k.name, k.exit
		}
	}
	return "network", exitNetwork
}

// failure is the printed form of an error: lines of text, or the JSON object "error".
type failure struct {
	Kind       string        `json:"kind"`
	Exit       int           `json:"exit_status"`
	Message    string        `json:"message"`
	Cause      string        `json:"cause,omitempty"`
	Hint       string        `json:"hint,omitempty"`
	Note       string        `json:"note,omitempty"`
	Operation  string        `json:"operation,omitempty"`
	Status     int           `json:"http_status,omitempty"`
	Code       string        `json:"code,omitempty"`
	Attempts   int           `json:"attempts,omitempty"`
	Sent       *bool         `json:"sent,omitempty"`
	RetryAfter float64       `json:"retry_after_seconds,omitempty"`
	LastState  string        `json:"last_state,omitempty"`
	ActionID   string        `json:"action_id,omitempty"`
	Details    []detailJSON  `json:"details,omitempty"`
	Problems   []problemJSON `json:"problems,omitempty"`
}

type detailJSON struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func describe(err error) failure {
	f := failure{Message: printable(strings.TrimPrefix(err.Error(), errFailed.Error()+": "))}
	f.Kind, f.Exit = kindOf(err)
	f.addResponse(err)
	f.addViolation(err)

	var usage *usageError
	if errors.As(err, &usage) {
		f.Message, f.Hint = printable(usage.message), printable(usage.advice)
	}
	var lost *resultLost
	if errors.As(err, &lost) {
		f.ActionID, f.Hint, f.Sent = lost.actionID, lost.advice(), new(true)
	}
	var c *callError
	switch {
	case errors.As(err, &c):
		f.Message, f.LastState = c.meaning(f.Kind), c.lastState
		if c.message != "" {
			f.Message = c.message
		}
		if f.Kind == "outcome_unknown" {
			f.Note = f.Hint // the likely reason; the advice below becomes the hint
		}
		if advice := c.advice(f.Kind); advice != "" {
			f.Hint = advice
		}
		if c.polled && f.Sent != nil {
			f.Sent = new(true)
		}
		if c.lastState != "" && f.Kind != "unexpected_state" {
			f.Note = "the last state of the scan run was " + c.lastState
		}
	case errors.Is(err, context.Canceled):
		f.Message = "interrupted before anything was sent"
	}
	if f.Exit == exitUsage || f.Kind == "not_confirmed" || f.Kind == "interrupted" && f.Sent == nil {
		f.Sent = new(c != nil && c.polled)
	}
	return f
}

// addResponse sets the fields that describe the last response, or the reason why no response arrived.
func (f *failure) addResponse(err error) {
	var lost *wrapper.TransportError
	if errors.As(err, &lost) {
		f.Operation, f.Attempts, f.Sent = lost.Operation, lost.Attempts, new(lost.Sent)
		if !errors.Is(err, context.Canceled) { // otherwise the message already contains the cause
			f.Cause = cause(lost)
		}
	}
	var response *wrapper.APIError
	if errors.As(err, &response) {
		f.Operation, f.Attempts, f.Sent = response.Operation, response.Attempts, new(true)
		f.Status, f.Code, f.Hint = response.StatusCode, response.Code, response.Hint
		f.RetryAfter = response.RetryAfter.Seconds()
		for _, d := range response.Details {
			f.Details = append(f.Details, detailJSON(d))
		}
		bare := *response
		bare.Hint, bare.Details = "", nil // printed separately
		f.Cause = cause(&bare)
	}
}

// cause returns an error from the wrapper as text for users. It removes the sentence about an unknown outcome,
// because the message already reports it, and replaces names from the Go API.
func cause(err error) string {
	text, _, _ := strings.Cut(printable(err.Error()), ". The request may have been executed")
	return strings.Replace(text, "WithMaxResponseBytes", "8 MiB", 1)
}

func (f *failure) addViolation(err error) {
	var violation *api.Violation
	if errors.As(err, &violation) && f.Status == 0 {
		f.Operation = violation.Operation
		f.Problems = problemsJSON(violation.Problems)
	} else if f.Kind == "invalid_request" {
		f.Cause = printable(err.Error())
	}
}

// report prints the error to standard error and returns the exit status.
func (s *session) report(err error) int {
	f := describe(err)
	if errors.Is(err, errProblems) {
		return f.Exit // validate already printed the problems
	}
	if s.json {
		e := json.NewEncoder(s.io.ErrOut)
		e.SetEscapeHTML(false)
		_ = e.Encode(map[string]failure{"error": f})
		return f.Exit
	}
	s.line(terminal.Red, "error:", f.Message)
	s.line(terminal.Bold, "cause:", f.Cause)
	for _, d := range f.Details {
		s.io.Notef("       %s\n", wrapper.Detail(d))
	}
	for _, p := range f.Problems {
		s.io.Notef("       %s\n", problemText(p))
	}
	s.line(terminal.Bold, "note:", f.Note)
	s.line(terminal.Yellow, "hint:", f.Hint)
	return f.Exit
}

// line writes a labeled message to standard error, wrapped if standard error is a terminal.
func (s *session) line(style terminal.Style, label, text string) {
	if text == "" {
		return
	}
	column := max(len(label), len("error:")) + 1
	if s.io.ErrIsTerminal {
		text = terminal.Wrap(text, column, s.io.Width())
	}
	s.io.Notef("%s%s%s\n", style.Paint(s.io.ErrColor(), label), strings.Repeat(" ", column-len(label)), text)
}

type problemJSON struct {
	In      string `json:"in"`
	Name    string `json:"name,omitempty"`
	Pointer string `json:"pointer,omitempty"`
	Reason  string `json:"reason"`
}

func problemsJSON(problems []api.Problem) []problemJSON {
	list := make([]problemJSON, len(problems))
	for i, p := range problems {
		list[i] = problemJSON(p)
	}
	return list
}

func problemText(p problemJSON) string { return api.Problem(p).String() }
