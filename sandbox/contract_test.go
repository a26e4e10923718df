package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/gen/server"
)

// These cannot be caused from outside: the embedded document is valid, and the validator runs before the generated
// server.
func TestWhatShouldNotHappenIsAnsweredAllTheSame(t *testing.T) {
	unusable := New()
	unusable.contract = nil
	unusable.useContract(nil, errors.New("no document"))
	handle := func(h func(http.ResponseWriter, *http.Request, error)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h(w, r, errors.New("key=secret")) })
	}
	for _, c := range []struct {
		name    string
		handler http.Handler
		path    string
		status  int
		body    string
	}{
		{"no contract", unusable, "/public_api/netscan/v1/scan/run", 500, `{"err_msg":"the sandbox cannot use its contract: no document"}`},
		{"no contract", unusable, "/", 500, `{"reply":{"err_code":500,"err_msg":"the sandbox cannot use its contract: no document","err_extra":null}}`},
		{"bad request", handle(badRequest), "/public_api/netscan/v1/scan/run", 400,
			`{"err_msg":"The request contains invalid or missing parameters","metadata":{"err_extra":[{"field":"body","message":"cannot be decoded"}]}}`},
		{"bad request", handle(badRequest), "/", 400,
			`{"reply":{"err_code":400,"err_msg":"The request contains invalid or missing parameters","err_extra":"body: cannot be decoded"}}`},
		{"server error", handle(serverError), "/", 500, `{"reply":{"err_code":500,"err_msg":"Internal server error","err_extra":null}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", c.path, nil)
			r.Header.Set("X-Xdr-Auth-Id", "1")
			r.Header.Set("Authorization", "any key")
			w := httptest.NewRecorder()
			c.handler.ServeHTTP(w, r)
			if got := strings.TrimSpace(w.Body.String()); w.Code != c.status || got != c.body {
				t.Errorf("got  %d %s\nwant %d %s", w.Code, got, c.status, c.body)
			}
		})
	}
}

// An abort names its endpoints even if nothing has validated it.
func TestSelectionNeedsFilters(t *testing.T) {
	for _, filters := range []any{nil, "", "ALL", []any{}, map[string]any{}, 1} {
		if s, err := selectionOf(filters); err == nil || s != nil {
			t.Errorf("%v: got a selection of %d conditions", filters, len(s))
		}
	}
}

// The generated server's error names the parameter or the member, and never repeats a value.
func TestFieldOfADecodingError(t *testing.T) {
	secret := errors.New("invalid UUID: secret")
	var typeError *json.UnmarshalTypeError
	var into struct {
		A struct {
			B int `json:"b"`
		} `json:"a"`
	}
	if err := json.Unmarshal([]byte(`{"a":{"b":"secret"}}`), &into); !errors.As(err, &typeError) {
		t.Fatal(err)
	}
	for want, err := range map[string]error{
		"a":    &server.InvalidParamFormatError{ParamName: "a", Err: secret},
		"b":    &server.RequiredParamError{ParamName: "b"},
		"c":    &server.RequiredHeaderError{ParamName: "c", Err: secret},
		"d":    &server.TooManyValuesForParamError{ParamName: "d", Count: 2},
		"e":    &server.UnescapedCookieParamError{ParamName: "e", Err: secret},
		"f":    &server.UnmarshalingParamError{ParamName: "f", Err: secret},
		"a.b":  fmt.Errorf("can't decode JSON body: %w", typeError),
		"body": fmt.Errorf("can't decode JSON body: %w", secret),
	} {
		if got := fieldOf(err); got != want {
			t.Errorf("%v: got %q, want %q", err, got, want)
		}
	}
}

// The tenant selects by each documented filter field, with its documented operators and no other.
func TestDocumentedFilters(t *testing.T) {
	known := api.KnownFilters()
	if len(known) < 12 {
		t.Fatalf("only %d fields are documented", len(known))
	}
	var implementedFields []string
	for field := range textFields {
		implementedFields = append(implementedFields, field)
	}
	for field := range timeFields {
		implementedFields = append(implementedFields, field)
	}
	implementedFields = append(implementedFields, ipField)
	var documented []string
	for _, f := range known {
		documented = append(documented, f.Field)
		for _, operator := range []string{"in", "gte", "lte", "contains"} {
			var value any = []string{"10.0.0.1"}
			if timeFields[f.Field] != nil {
				value = int64(1)
			}
			if len(f.Values) > 0 {
				value = f.Values
			}
			_, err := selectionOf([]gen.EndpointFilter{{Field: f.Field, Operator: operator, Value: value}})
			if ok := slices.Contains(f.Operators, operator); ok != (err == nil) {
				t.Errorf("%s %s: documented %v, got %v", f.Field, operator, ok, err)
			}
		}
	}
	slices.Sort(implementedFields)
	slices.Sort(documented)
	if !slices.Equal(documented, implementedFields) {
		t.Errorf("documented are %v, and filter.go has %v: add the field to textFields or timeFields", documented, implementedFields)
	}
}
