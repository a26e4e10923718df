package main

import (
	"net/http"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

// The exported names of package sandbox.
var (
	_ func(...sandbox.Option) *sandbox.Tenant                   = sandbox.New
	_ func(id, key string, kind sandbox.KeyKind) sandbox.Option = sandbox.WithKey
	_ func(func() time.Time) sandbox.Option                     = sandbox.WithClock
	_ func(func(sandbox.Call)) sandbox.Option                   = sandbox.WithCallLog
	_ func() []string                                           = sandbox.Operations
	_                                                           = []sandbox.KeyKind{sandbox.Standard, sandbox.Advanced}

	_ http.Handler                                              = (*sandbox.Tenant)(nil)
	_ func(*sandbox.Tenant, http.ResponseWriter, *http.Request) = (*sandbox.Tenant).ServeHTTP
	_ func(*sandbox.Tenant, int64, ...string)                   = (*sandbox.Tenant).AddScanRun
	_ func(*sandbox.Tenant) []sandbox.Run                       = (*sandbox.Tenant).Runs
	_ func(*sandbox.Tenant, sandbox.Endpoint)                   = (*sandbox.Tenant).AddEndpoint
	_ func(*sandbox.Tenant) []sandbox.Endpoint                  = (*sandbox.Tenant).Endpoints
	_ func(_ *sandbox.Tenant, id, from, to string) bool         = (*sandbox.Tenant).MoveScan
	_ func(*sandbox.Tenant, sandbox.Failure)                    = (*sandbox.Tenant).Fail
	_ func(*sandbox.Tenant) []sandbox.Call                      = (*sandbox.Tenant).Calls
)

var (
	_ = sandbox.Endpoint{
		ID: string(""), Hostname: string(""), Alias: string(""), Group: string(""), Distribution: string(""),
		Username: string(""), Platform: string(""), ScanStatus: string(""), Isolated: bool(false), IPs: []string(nil),
		FirstSeen: time.Time{}, LastSeen: time.Time{},
	}
	_ = sandbox.Failure{
		Operation: string(""), Skip: int(0), Times: int(0), Status: int(0), Header: http.Header(nil), Body: string(""),
		Delay: time.Duration(0), CutOff: bool(false), Reset: bool(false),
	}
	_ = sandbox.Call{
		Time: time.Time{}, Method: string(""), Path: string(""), Query: string(""), Body: string(""),
		Header: http.Header(nil), Status: int(0), Problems: []api.Problem(nil),
		Response: string(""), Duration: time.Duration(0), Abort: (*sandbox.AbortResult)(nil),
	}
	_ = sandbox.AbortResult{Selected: int(0), Aborted: int(0)}
	_ = sandbox.Run{ID: int64(0), State: string(""), States: []string(nil)}
)
