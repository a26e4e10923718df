package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/cortexscan/gen/server"
)

// These cannot be brought about from outside: the embedded document is sound, and the validator stands in front
// of the generated server. So this test alone looks from inside.
func TestWhatShouldNotHappenIsAnsweredAllTheSame(t *testing.T) {
	unusable := &Tenant{clock: New().clock}
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

// An abort names its endpoints even where nobody has held it against the contract.
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
