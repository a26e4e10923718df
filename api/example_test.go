package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"example.com/cortexscan/api"
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

func ExampleValidator_Middleware() {
	v, err := api.NewValidator()
	if err != nil {
		panic(err)
	}
	handler := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, `{"DATA":"Scan is in Running state"}`)
	}))
	for _, query := range []string{"?id=789&fields=status", "?id=789"} {
		r := httptest.NewRequest(http.MethodGet, "/public_api/netscan/v1/scan/run"+query, nil)
		r.Header.Set("User-Agent", "example")
		r.Header.Set("Authorization", "a key")
		r.Header.Set("x-xdr-auth-id", "1")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 200 {"DATA":"Scan is in Running state"}
	// 400 {"err_msg":"The request does not match the API's specification","metadata":{"err_extra":[{"field":"fields","message":"is required"}]}}
}
