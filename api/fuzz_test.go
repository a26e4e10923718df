package api_test

import (
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func FuzzValidateRequest(f *testing.F) {
	v := validator(f)
	for _, seed := range []struct{ method, path, query, contentType, body string }{
		{"GET", statusPath, "id=789&fields=status", "", ""},
		{"GET", statusPath, "id=9223372036854775808&fields=&x=%zz;&\x00", "", "{}"},
		{"POST", abortPath, "", "application/json", `{"request_data":{"filters":"all","incident_id":"4711"}}`},
		{"POST", abortPath, "", "application/json; charset=utf-8", `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["a","\ud83d\ude00"]},{"field":"last_seen","operator":"gte","value":1e3}]}}`},
		{"POST", abortPath, "a=b", "text/plain", `{"request_data":{"filters":[{"value":{}},[],null,1.5e-9],"filters":"all"},"\u202e":1} x`},
		{"POST", abortPath, "", "application/json", "{\"\xff\":[[[[\"\\u00"},
		{"POST", abortPath, "", "application/json", strings.Repeat(`{"~/":[`, 600)},
		{"PUT", abortPath, "", "", ""},
		{"\n", "/%2F/\u2028", "", "", "\ufeff"},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.contentType, seed.body)
	}
	f.Fuzz(func(t *testing.T, method, path, query, contentType, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		r.Header = http.Header{"User-Agent": {"fuzz"}, "Content-Type": {contentType}}

		err := v.ValidateRequest(r)

		checkViolation(t, err)
		if got, err := io.ReadAll(r.Body); err != nil || string(got) != body {
			t.Errorf("the body changed to %q, error %v", got, err)
		}
		if err != nil {
			return
		}
		// A server that decodes a valid request gets what was validated.
		switch path {
		case statusPath:
			values, err := url.ParseQuery(query)
			if err != nil || len(values) != 2 || len(values["id"]) != 1 || len(values["fields"]) == 0 {
				t.Errorf("passed: %q", query)
			}
			if id, ok := new(big.Rat).SetString(values.Get("id")); !ok || !id.IsInt() || !id.Num().IsInt64() {
				t.Errorf("passed: %q", query)
			}
		case abortPath:
			var sent struct {
				RequestData struct {
					Filters json.RawMessage `json:"filters"`
				} `json:"request_data"`
			}
			if err := json.Unmarshal([]byte(body), &sent); err != nil {
				t.Fatalf("passed: %q: %v", body, err)
			}
			var all string
			var filters []struct {
				Field, Operator string
				Value           any
			}
			if json.Unmarshal(sent.RequestData.Filters, &all) == nil && all == "all" {
				return
			}
			if err := json.Unmarshal(sent.RequestData.Filters, &filters); err != nil || len(filters) == 0 {
				t.Errorf("passed: %q: %v", body, err)
			}
			for _, filter := range filters {
				if filter.Field == "" || filter.Operator == "" || filter.Value == nil {
					t.Errorf("passed: %q", body)
				}
			}
		default:
			t.Errorf("passed: %s %s", method, path)
		}
	})
}

func FuzzValidateResponse(f *testing.F) {
	v := validator(f)
	for _, seed := range []struct {
		abort  bool
		status int
		body   string
	}{
		{false, 200, `{"DATA":"Scan is in Running state"}`},
		{false, 200, `{"data":"x","data":1}`},
		{true, 200, `{"reply":{"action_id":22519813685366,"status":"1","endpoints_count":673}}`},
		{true, 200, `{"reply":{"err_code":500}}`},
		{true, 500, `{"err_code":"500","err_msg":"\tx","err_extra":{}}`},
		{false, 400, `{"err_msg":"x","metadata":{"err_extra":[{"field":1e999,"message":null}]}}`},
		{false, 429, "Too many requests"},
		{true, 302, "<html>"},
		{true, -1, "\xff["},
	} {
		f.Add(seed.abort, seed.status, seed.body)
	}
	f.Fuzz(func(t *testing.T, abort bool, status int, body string) {
		r := get("")
		if abort {
			r = post("")
		}
		data := []byte(body)
		err := v.ValidateResponse(r, status, http.Header{"Content-Type": {"text/html"}}, data)
		checkViolation(t, err)
		if string(data) != body {
			t.Error("the body changed")
		}
		if err == nil && status != http.StatusTooManyRequests && !json.Valid(data) {
			t.Errorf("passed with %d: %q", status, body)
		}
	})
}
