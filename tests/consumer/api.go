package main

import (
	"net/http"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
)

// The exported names of package api.
var (
	_ func() []byte                  = api.Document
	_ func() (*api.Validator, error) = api.NewValidator

	_ func(*api.Validator, *http.Request) error                           = (*api.Validator).ValidateRequest
	_ func(*api.Validator, *http.Request, int, http.Header, []byte) error = (*api.Validator).ValidateResponse
	_ func(*api.Validator, http.Handler) http.Handler                     = (*api.Validator).Middleware
	_ func(*api.Validator, *http.Request) []api.Problem                   = (*api.Validator).Advise
	_ func(*api.Validator, *http.Request) (string, bool)                  = (*api.Validator).Operation
	_ func(*api.Validator) []string                                       = (*api.Validator).Unchecked

	_ func() []api.KnownFilter = api.KnownFilters
	_                          = api.KnownFilter{Field: string(""), Operators: []string(nil), Values: []string(nil)}

	_ wrapper.RequestValidator  = (*api.Validator)(nil)
	_ wrapper.ResponseValidator = (*api.Validator)(nil)

	_ = api.Violation{Operation: string(""), Problems: []api.Problem(nil)}
	_ = api.Problem{In: string(""), Name: string(""), Pointer: string(""), Reason: string("")}

	_ error                       = (*api.Violation)(nil)
	_ func(*api.Violation) string = (*api.Violation).Error
	_ func(api.Problem) string    = api.Problem.String
)
