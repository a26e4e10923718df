package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"example.com/cortexscan/gen"
)

// The promised names of package gen: the client and its options.
var (
	_ func(string, ...gen.ClientOption) (*gen.ClientWithResponses, error) = gen.NewClientWithResponses
	_ func(string, ...gen.ClientOption) (*gen.Client, error)              = gen.NewClient
	_ func(gen.HttpRequestDoer) gen.ClientOption                          = gen.WithHTTPClient
	_ func(gen.RequestEditorFn) gen.ClientOption                          = gen.WithRequestEditorFn
	_ func(string) gen.ClientOption                                       = gen.WithBaseURL

	_ gen.HttpRequestDoer              = (*http.Client)(nil)
	_ gen.RequestEditorFn              = func(context.Context, *http.Request) error { return nil }
	_ gen.ClientInterface              = &gen.Client{Server: "", Client: nil, RequestEditors: nil}
	_ gen.ClientWithResponsesInterface = &gen.ClientWithResponses{ClientInterface: nil}
)

// The operations, in each form that the generator gives them.
var (
	_ func(gen.ClientWithResponsesInterface, context.Context, *gen.GetScanRunStatusParams, ...gen.RequestEditorFn) (*gen.GetScanRunStatusResult, error) = gen.ClientWithResponsesInterface.GetScanRunStatusWithResponse
	_ func(gen.ClientWithResponsesInterface, context.Context, gen.AbortScanRequest, ...gen.RequestEditorFn) (*gen.AbortScanResult, error)               = gen.ClientWithResponsesInterface.AbortScanWithResponse
	_ func(gen.ClientWithResponsesInterface, context.Context, string, io.Reader, ...gen.RequestEditorFn) (*gen.AbortScanResult, error)                  = gen.ClientWithResponsesInterface.AbortScanWithBodyWithResponse

	_ func(gen.ClientInterface, context.Context, *gen.GetScanRunStatusParams, ...gen.RequestEditorFn) (*http.Response, error)  = gen.ClientInterface.GetScanRunStatus
	_ func(gen.ClientInterface, context.Context, gen.AbortScanJSONRequestBody, ...gen.RequestEditorFn) (*http.Response, error) = gen.ClientInterface.AbortScan
	_ func(gen.ClientInterface, context.Context, string, io.Reader, ...gen.RequestEditorFn) (*http.Response, error)            = gen.ClientInterface.AbortScanWithBody

	_ func(string, *gen.GetScanRunStatusParams) (*http.Request, error) = gen.NewGetScanRunStatusRequest
	_ func(string, gen.AbortScanRequest) (*http.Request, error)        = gen.NewAbortScanRequest
	_ func(string, string, io.Reader) (*http.Request, error)           = gen.NewAbortScanRequestWithBody
	_ func(*http.Response) (*gen.GetScanRunStatusResult, error)        = gen.ParseGetScanRunStatusResult
	_ func(*http.Response) (*gen.AbortScanResult, error)               = gen.ParseAbortScanResult
)

// The models with all their fields.
var (
	_ = gen.GetScanRunStatusParams{ID: int64(0), Fields: []string(nil), UserAgent: gen.UserAgent("")}
	_ = gen.ScanRunStatus{DATA: string("")}

	_ func(*gen.ScanRunStatus) string = (*gen.ScanRunStatus).State

	_ = gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: gen.EndpointFilters(nil), IncidentID: string("")}}
	_ = gen.AbortScanRequestData{Filters: gen.AllEndpoints}
	_ = gen.AbortScanRequestData{Filters: []gen.EndpointFilter{{Field: string(""), Operator: string(""), Value: gen.FilterValue(nil)}}}
	_ = gen.AbortScanResponse{Reply: gen.AbortScanReply{ActionID: gen.Text(""), Status: gen.Text(""), EndpointsCount: gen.Text("")}}

	_ = gen.NetscanError{ErrMsg: string(""), Metadata: gen.NetscanErrorMetadata{Code: gen.Text(""), ErrCode: gen.Text(""), ErrExtra: gen.ErrorDetails{{Field: gen.Text(""), Message: string("")}}}}
	_ = gen.XDRError{ErrCode: gen.Text(""), ErrMsg: string(""), ErrExtra: gen.ErrorExtra(nil)}
	_ = gen.XDRReplyError{Reply: gen.XDRReplyErrorContent{ErrCode: gen.Text(""), ErrMsg: string(""), ErrExtra: gen.ErrorExtra(nil)}}
	_ = gen.ErrorDetail{}

	_ = gen.GetScanRunStatusResult{
		Body: []byte(nil), HTTPResponse: (*http.Response)(nil), JSON200: (*gen.ScanRunStatus)(nil),
		JSON400: (*gen.NetscanBadRequest)(nil), JSON401: (*gen.Unauthorized)(nil), JSON403: (*gen.NetscanForbidden)(nil),
		JSON404: (*gen.NetscanNotFound)(nil), JSON500: (*gen.NetscanServerError)(nil),
	}
	_ = gen.AbortScanResult{
		Body: []byte(nil), HTTPResponse: (*http.Response)(nil), JSON200: (*gen.AbortScanResponse)(nil),
		JSON400: (*gen.XDRBadRequest)(nil), JSON401: (*gen.XDRUnauthorized)(nil), JSON402: (*gen.XDRNoLicense)(nil),
		JSON403: (*gen.XDRForbidden)(nil), JSON500: (*gen.XDRServerError)(nil),
	}
	_ = []interface {
		Status() string
		StatusCode() int
		ContentType() string
	}{gen.GetScanRunStatusResult{}, gen.AbortScanResult{}}
)

// The union of the error envelopes, and the types for values that the service sends in more than one form.
var (
	_ func(gen.XDRErrorBody) (gen.XDRError, error)      = gen.XDRErrorBody.AsXDRError
	_ func(gen.XDRErrorBody) (gen.XDRReplyError, error) = gen.XDRErrorBody.AsXDRReplyError
	_ func(*gen.XDRErrorBody, gen.XDRError) error       = (*gen.XDRErrorBody).FromXDRError
	_ func(*gen.XDRErrorBody, gen.XDRReplyError) error  = (*gen.XDRErrorBody).FromXDRReplyError
	_ func(*gen.XDRErrorBody, gen.XDRError) error       = (*gen.XDRErrorBody).MergeXDRError
	_ func(*gen.XDRErrorBody, gen.XDRReplyError) error  = (*gen.XDRErrorBody).MergeXDRReplyError
	_ func(gen.XDRErrorBody) ([]byte, error)            = gen.XDRErrorBody.MarshalJSON
	_ func(*gen.Text, []byte) error                     = (*gen.Text).UnmarshalJSON
	_ func(gen.Text) (int64, error)                     = gen.Text.Int
	_ func(*gen.ErrorDetails, []byte) error             = (*gen.ErrorDetails).UnmarshalJSON
	_ func(*gen.EndpointFilter, []byte) error           = (*gen.EndpointFilter).UnmarshalJSON
	_ func(*gen.AbortScanRequestData, []byte) error     = (*gen.AbortScanRequestData).UnmarshalJSON
	_ json.Unmarshaler                                  = (*gen.XDRErrorBody)(nil)
	_ gen.XDRErrorBody
)
