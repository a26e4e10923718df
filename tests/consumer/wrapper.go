package main

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// The exported names of package wrapper.
var (
	_ func(string, wrapper.Credential, ...wrapper.Option) (*wrapper.Client, error) = wrapper.New
	_ func(...wrapper.Option) (*wrapper.Client, error)                             = wrapper.FromEnv
	_ func(id, key string) wrapper.Credential                                      = wrapper.StandardKey
	_ func(id, key string) wrapper.Credential                                      = wrapper.AdvancedKey
	_ func(kind, id, key string) (wrapper.Credential, error)                       = wrapper.KeyOfType
	_ func(path string) (string, error)                                            = wrapper.ReadKeyFile
	_ func(wrapper.Credential, context.Context, *http.Request) error               = wrapper.Credential.Sign
	_ gen.RequestEditorFn                                                          = wrapper.Credential{}.Sign
	_ func(*http.Response, []byte) error                                           = wrapper.CheckResponse

	_ func(*wrapper.Client, context.Context, int64, ...string) (*gen.ScanRunStatus, error)                         = (*wrapper.Client).GetScanRunStatus
	_ func(*wrapper.Client, context.Context, int64, wrapper.WaitOptions) (*gen.ScanRunStatus, error)               = (*wrapper.Client).WaitScanRun
	_ func(*wrapper.Client, context.Context, int64, wrapper.WaitOptions) iter.Seq2[*gen.ScanRunStatus, error]      = (*wrapper.Client).WatchScanRun
	_ func(*wrapper.Client, context.Context, wrapper.Targets, ...wrapper.AbortOption) (*gen.AbortScanReply, error) = (*wrapper.Client).AbortScan
	_ func(*wrapper.Client) gen.ClientWithResponsesInterface                                                       = (*wrapper.Client).API
	_ func(*wrapper.Client) string                                                                                 = (*wrapper.Client).String
	_ fmt.Stringer                                                                                                 = (*wrapper.Client)(nil)

	_ func() wrapper.Targets                      = wrapper.AllEndpoints
	_ func(...gen.EndpointFilter) wrapper.Targets = wrapper.Matching
	_ func(string) wrapper.AbortOption            = wrapper.WithIncident

	_ func(field, operator string, values ...string) gen.EndpointFilter = wrapper.Where

	_ func(*http.Client) wrapper.Option                 = wrapper.WithHTTPClient
	_ func(product string) wrapper.Option               = wrapper.WithUserAgent
	_ func(time.Duration) wrapper.Option                = wrapper.WithTimeout
	_ func(wrapper.Retry) wrapper.Option                = wrapper.WithRetry
	_ func(perSecond float64, burst int) wrapper.Option = wrapper.WithRateLimit
	_ func(int64) wrapper.Option                        = wrapper.WithMaxResponseBytes
	_ func(*slog.Logger) wrapper.Option                 = wrapper.WithLogger
	_ func(wrapper.RequestValidator) wrapper.Option     = wrapper.WithRequestValidator
	_ func(wrapper.ResponseValidator) wrapper.Option    = wrapper.WithResponseValidator

	_ func(wrapper.RequestValidator, *http.Request) error                            = wrapper.RequestValidator.ValidateRequest
	_ func(wrapper.ResponseValidator, *http.Request, int, http.Header, []byte) error = wrapper.ResponseValidator.ValidateResponse
)

var (
	_ = []func(...string) gen.EndpointFilter{
		wrapper.EndpointIDs, wrapper.Hostnames, wrapper.Aliases, wrapper.GroupNames, wrapper.Distributions,
		wrapper.IPs, wrapper.Usernames, wrapper.Platforms, wrapper.Isolation, wrapper.ScanStatuses,
	}
	_ = []func(time.Time) gen.EndpointFilter{
		wrapper.FirstSeenSince, wrapper.FirstSeenUntil, wrapper.LastSeenSince, wrapper.LastSeenUntil,
	}
)

// The structs and their fields.
var (
	_ = wrapper.Retry{Attempts: int(0), BaseDelay: time.Duration(0), MaxDelay: time.Duration(0)}
	_ = wrapper.WaitOptions{Every: time.Duration(0), While: []string(nil), Until: []string(nil), Patience: time.Duration(0)}
	_ = wrapper.Detail{Field: string(""), Message: string("")}
	_ = wrapper.APIError{
		Operation: string(""), StatusCode: int(0), Header: http.Header(nil), Code: string(""), Message: string(""), Details: []wrapper.Detail(nil),
		Extra: string(""), Line: int(0), Column: int(0), RetryAfter: time.Duration(0), Attempts: int(0), Hint: string(""),
		Body: []byte(nil),
	}
	_ = wrapper.TransportError{Operation: string(""), Attempts: int(0), Sent: bool(false)}
)

// The kinds of errors. An *APIError may match several kinds.
var (
	_ = []error{
		wrapper.ErrBadRequest, wrapper.ErrUnauthorized, wrapper.ErrNoLicense, wrapper.ErrForbidden, wrapper.ErrNotFound,
		wrapper.ErrRateLimited, wrapper.ErrServer, wrapper.ErrNoEndpoints, wrapper.ErrUnexpectedResponse,
		wrapper.ErrResponseTooLarge, wrapper.ErrInvalidRequest, wrapper.ErrInvalidResponse, wrapper.ErrUnexpectedState,
		wrapper.ErrOutcomeUnknown,
	}
	_ error                           = (*wrapper.APIError)(nil)
	_ func(*wrapper.APIError) string  = (*wrapper.APIError).Error
	_ func(*wrapper.APIError) []error = (*wrapper.APIError).Unwrap
	_ func(wrapper.Detail) string     = wrapper.Detail.String

	_ error                                 = (*wrapper.TransportError)(nil)
	_ func(*wrapper.TransportError) string  = (*wrapper.TransportError).Error
	_ func(*wrapper.TransportError) []error = (*wrapper.TransportError).Unwrap
)

// The documented values are untyped string constants.
const (
	_ anyString = wrapper.PlatformWindows + wrapper.PlatformLinux + wrapper.PlatformMacOS + wrapper.PlatformAndroid
	_ anyString = wrapper.Isolated + wrapper.Unisolated
	_ anyString = wrapper.ScanNone + wrapper.ScanPending + wrapper.ScanInProgress + wrapper.ScanCanceled + wrapper.ScanAborted +
		wrapper.ScanPendingCancellation + wrapper.ScanSuccess + wrapper.ScanError
)

// Only an untyped constant can be assigned to anyString.
type anyString string

// The methods that hide the key when a Credential is printed.
var (
	_ func(wrapper.Credential, fmt.State, rune) = wrapper.Credential.Format
	_ func(wrapper.Credential) string           = wrapper.Credential.GoString
	_ func(wrapper.Credential) string           = wrapper.Credential.String
	_ func(wrapper.Credential) slog.Value       = wrapper.Credential.LogValue
	_ func(wrapper.Credential) ([]byte, error)  = wrapper.Credential.MarshalText
	_ [0]func(wrapper.Option, wrapper.AbortOption)
)

// The environment variables that FromEnv reads, and the version.
const _ string = wrapper.EnvURL + wrapper.EnvKey + wrapper.EnvKeyFile + wrapper.EnvKeyID + wrapper.EnvKeyType + wrapper.Version
