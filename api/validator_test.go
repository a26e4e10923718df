package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"example.com/cortexscan/api"
)

const (
	statusPath = "/public_api/netscan/v1/scan/run"
	abortPath  = "/public_api/v1/endpoints/abort_scan"
)

var loadOnce = sync.OnceValues(api.NewValidator)

// validator is one for all tests, as a program has it.
func validator(tb testing.TB) *api.Validator {
	tb.Helper()
	v, err := loadOnce()
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// get asks for a scan run's status.
func get(query string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "https://api-acme.example"+statusPath, nil)
	r.URL.RawQuery = query
	r.Header.Set("User-Agent", "test")
	return r
}

// post aborts scans.
func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://api-acme.example"+abortPath, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}
