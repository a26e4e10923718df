package main

import (
	"context"
	"errors"

	"example.com/cortexscan/wrapper"
)

// The exit status, as the help documents it. Scripts depend on these numbers.
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
	errFailed      = errors.New("failed")             // the program itself could not do something
	errProblems    = errors.New("problems")           // validate has found some, and printed them
	errInterrupted = errors.New("not confirmed")      // by the person at the terminal
	errResultLost  = errors.New("result not written") // of an accepted abort
)

// kinds map an error to its name in JSON and to the exit status. The first that matches counts: that the outcome is
// unknown is more important than why.
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

// kindOf returns the error's name and exit status. An error of a call that is no answer of the service is the
// network's.
func kindOf(err error) (name string, exit int) {
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return k.name, k.exit
		}
	}
	return "network", exitNetwork
}
