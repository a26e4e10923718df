package main

import (
	"encoding/json"

	"example.com/cortexscan/gen"
)

// The hand-written names of package gen. make api-diff compares the generated names with the last release.
var (
	_ func(*gen.ScanRunStatus) string               = (*gen.ScanRunStatus).State
	_ func(gen.Text) (int64, error)                 = gen.Text.Int
	_ func(*gen.Text, []byte) error                 = (*gen.Text).UnmarshalJSON
	_ func(*gen.ErrorDetails, []byte) error         = (*gen.ErrorDetails).UnmarshalJSON
	_ func(*gen.EndpointFilter, []byte) error       = (*gen.EndpointFilter).UnmarshalJSON
	_ func(*gen.AbortScanRequestData, []byte) error = (*gen.AbortScanRequestData).UnmarshalJSON
	_ json.Unmarshaler                              = (*gen.XDRErrorBody)(nil)

	_ = gen.AbortScanRequestData{Filters: gen.EndpointFilters(gen.AllEndpoints), IncidentID: string("")}
	_ = gen.EndpointFilter{Field: string(""), Operator: string(""), Value: gen.FilterValue(nil)}
	_ = gen.NetscanErrorMetadata{ErrExtra: gen.ErrorDetails{{Field: gen.Text(""), Message: string("")}}}
	_ = gen.XDRError{ErrExtra: gen.ErrorExtra(nil)}
)
