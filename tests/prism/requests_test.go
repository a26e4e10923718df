//go:build unix

package prism_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

const (
	statusPath = "/public_api/netscan/v1/scan/run"
	abortPath  = "/public_api/v1/endpoints/abort_scan"
)

// TestRequestValidation: Prism takes and refuses the requests that our validator takes and refuses.
func TestRequestValidation(t *testing.T) {
	needPrism(t)
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, method, target, body string
		want                       int
	}{
		{"status", "GET", statusPath + "?id=789&fields=status", "", 200},
		{"two fields", "GET", statusPath + "?id=789&fields=status&fields=name", "", 200},
		{"no id", "GET", statusPath + "?fields=status", "", 400},
		{"id is a word", "GET", statusPath + "?id=abc&fields=status", "", 400},
		{"id is a fraction", "GET", statusPath + "?id=1.5&fields=status", "", 400},
		{"no fields", "GET", statusPath + "?id=789", "", 400},
		{"an empty field", "GET", statusPath + "?id=789&fields=", "", 400},
		{"another path", "GET", statusPath + "s?id=789&fields=status", "", 404},
		{"another method", "PUT", statusPath + "?id=789&fields=status", "", 405},

		{"all", "POST", abortPath, `{"request_data":{"filters":"all"}}`, 200},
		{"list", "POST", abortPath, `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["a","b"]}]}}`, 200},
		{"one string", "POST", abortPath, `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":"a"}]}}`, 200},
		{"a time", "POST", abortPath, `{"request_data":{"filters":[{"field":"last_seen","operator":"gte","value":1584983036945}]}}`, 200},
		{"incident", "POST", abortPath, `{"request_data":{"filters":"all","incident_id":"4711"}}`, 200},
		{"an empty object", "POST", abortPath, `{}`, 400},
		{"a list for a body", "POST", abortPath, `[]`, 400},
		{"no filters", "POST", abortPath, `{"request_data":{}}`, 400},
		{"filters is null", "POST", abortPath, `{"request_data":{"filters":null}}`, 400},
		{"filters is empty", "POST", abortPath, `{"request_data":{"filters":[]}}`, 400},
		{"another word", "POST", abortPath, `{"request_data":{"filters":"ALL"}}`, 400},
		{"all in a list", "POST", abortPath, `{"request_data":{"filters":["all"]}}`, 400},
		{"a mistyped member", "POST", abortPath, `{"request_data":{"filters":"all","incident":"4711"}}`, 400},
		{"a filter's member too many", "POST", abortPath, `{"request_data":{"filters":[{"field":"a","operator":"in","value":["b"],"x":1}]}}`, 400},
		{"no operator", "POST", abortPath, `{"request_data":{"filters":[{"field":"a","value":["b"]}]}}`, 400},
		{"a list without values", "POST", abortPath, `{"request_data":{"filters":[{"field":"a","operator":"in","value":[]}]}}`, 400},
		{"a list of numbers", "POST", abortPath, `{"request_data":{"filters":[{"field":"a","operator":"in","value":[1]}]}}`, 400},
		{"a fraction", "POST", abortPath, `{"request_data":{"filters":[{"field":"a","operator":"gte","value":1.5}]}}`, 400},
		{"incident is a number", "POST", abortPath, `{"request_data":{"filters":"all","incident_id":4711}}`, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), tt.method, server+tt.target, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("User-Agent", "test")
			r.Header.Set("Authorization", "key")
			r.Header.Set("x-xdr-auth-id", "17")
			if tt.body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			if err := v.ValidateRequest(r); (err == nil) != (tt.want == 200) {
				t.Errorf("api.Validator says %v", err)
			}
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != tt.want {
				t.Errorf("Prism answers %d %s %s, %v; want %d", res.StatusCode, res.Header.Values("sl-violations"), body, err, tt.want)
			}
			if agrees := res.Header.Get("sl-violations") == ""; res.StatusCode < 404 && agrees != (tt.want == 200) {
				t.Errorf("Prism finds %q", res.Header.Values("sl-violations"))
			}
		})
	}
}

// TestCredentials: without credentials Prism answers 401, and the client's are in the form that is documented.
func TestCredentials(t *testing.T) {
	needPrism(t)
	r, err := http.NewRequestWithContext(t.Context(), "GET", server+statusPath+"?id=1&fields=status", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 401 {
		t.Errorf("answered %d without credentials", res.StatusCode)
	}
	for name, cred := range map[string]wrapper.Credential{"standard": wrapper.StandardKey("17", "key"), "advanced": wrapper.AdvancedKey("17", "key")} {
		c, err := wrapper.New(server, cred)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.GetScanRunStatus(t.Context(), 1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestZeroRequests: what the generated client sends when it is given nothing is refused by the other side too.
func TestZeroRequests(t *testing.T) {
	c := client(t, &preferring{}, wrapper.WithRequestValidator(nil))
	if _, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}); !errors.Is(err, wrapper.ErrBadRequest) {
		t.Errorf("abort: got %v, want ErrBadRequest", err)
	}
	if _, err := c.API().GetScanRunStatusWithResponse(t.Context(), &gen.GetScanRunStatusParams{}); !errors.Is(err, wrapper.ErrBadRequest) {
		t.Errorf("status: got %v, want ErrBadRequest", err)
	}
}
