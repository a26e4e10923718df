package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

func ExampleValidator_ValidateRequest() {
	v, err := api.NewValidator()
	if err != nil {
		panic(err)
	}
	body := `{"request_data":{"filters":[{"field":"","value":["laptop-17"]}]}}`
	r, _ := http.NewRequest(http.MethodPost, "https://api-acme.example/public_api/v1/endpoints/abort_scan", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")

	var violation *api.Violation
	if err := v.ValidateRequest(r); errors.As(err, &violation) {
		fmt.Println(violation.Operation)
		for _, p := range violation.Problems {
			fmt.Println(p)
		}
	}
	// Output:
	// POST /public_api/v1/endpoints/abort_scan
	// body /request_data/filters/0/field must not be empty
	// body /request_data/filters/0/operator is required
}

func ExampleValidator_ValidateResponse() {
	v, err := api.NewValidator()
	if err != nil {
		panic(err)
	}
	r, _ := http.NewRequest(http.MethodGet, "https://api-acme.example/public_api/netscan/v1/scan/run?id=789&fields=status", nil)

	fmt.Println(v.ValidateResponse(r, http.StatusOK, nil, []byte(`{"DATA":"Scan is in Running state"}`)))
	fmt.Println(v.ValidateResponse(r, http.StatusOK, nil, []byte(`{"status":"Running"}`)))
	// Output:
	// <nil>
	// GET /public_api/netscan/v1/scan/run: response body /DATA is required
}

// This reverse proxy forwards only the requests that match the spec. Here, the service is a sandbox.
func ExampleValidator_Middleware() {
	tenant := sandbox.New()
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "in_progress"})
	service := httptest.NewServer(tenant)
	defer service.Close()
	target, err := url.Parse(service.URL)
	if err != nil {
		panic(err)
	}
	v, err := api.NewValidator()
	if err != nil {
		panic(err)
	}
	proxy := v.Middleware(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }})

	for _, body := range []string{
		`{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["laptop-17"]}]}}`,
		`{"request_data":{"filter":"all"}}`,
	} {
		r := httptest.NewRequest(http.MethodPost, "/public_api/v1/endpoints/abort_scan", strings.NewReader(body))
		r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"a key"}, "X-Xdr-Auth-Id": {"1"}}
		w := httptest.NewRecorder()
		proxy.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	fmt.Println("forwarded:", len(tenant.Calls()))
	// Output:
	// 200
	// 400
	// forwarded: 1
}
