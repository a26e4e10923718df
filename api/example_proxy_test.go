package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

// A reverse proxy that forwards only the requests that the spec allows. Here the service is a sandbox.
func Example_validatingProxy() {
	tenant := sandbox.New()
	tenant.AddScanRun(789, "Running")
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "in_progress"})
	service := httptest.NewServer(tenant)
	defer service.Close()

	v, err := api.NewValidator()
	if err != nil {
		fmt.Println(err)
		return
	}
	target, err := url.Parse(service.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	proxy := httptest.NewServer(v.Middleware(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
	}))
	defer proxy.Close()

	for _, body := range []string{
		`{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["laptop-17"]}]}}`,
		`{"request_data":{"filters":[]}}`,
		`{"request_data":{"filter":"all"}}`,
	} {
		r, err := http.NewRequest(http.MethodPost, proxy.URL+"/public_api/v1/endpoints/abort_scan", strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "any key")
		r.Header.Set("x-xdr-auth-id", "1")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		res.Body.Close()
		fmt.Println(res.StatusCode, body)
	}
	fmt.Println("forwarded:", len(tenant.Calls()))
	// Output:
	// 200 {"request_data":{"filters":[{"field":"hostname","operator":"in","value":["laptop-17"]}]}}
	// 400 {"request_data":{"filters":[]}}
	// 400 {"request_data":{"filter":"all"}}
	// forwarded: 1
}
