package sandbox

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
)

func respondTo(t *Tenant, method, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "test")
	r.Header.Set("X-Xdr-Auth-Id", "1")
	r.Header.Set("Authorization", "any key")
	w := httptest.NewRecorder()
	t.ServeHTTP(w, r)
	return w
}

func TestUnimplementedOperationIsValidatedAndGets501(t *testing.T) {
	all := operations
	operations = nil
	defer func() { operations = all }()
	tenant := New()
	const path = "/public_api/v1/endpoints/abort_scan"
	const notImplemented = `{"reply":{"err_code":501,"err_msg":"The sandbox does not implement the operation `
	if w := respondTo(tenant, "POST", path, `{"request_data":{"filters":"all"}}`); w.Code != 501 || !strings.HasPrefix(w.Body.String(), notImplemented+`abortScan","err_extra":null}}`) {
		t.Errorf("a valid request: %d %s", w.Code, w.Body)
	}
	if w := respondTo(tenant, "POST", path, `{"request_data":{"filters":[]}}`); w.Code != 400 {
		t.Errorf("an invalid request: %d %s", w.Code, w.Body)
	}
	w := httptest.NewRecorder()
	tenant.execute(&exchange{ResponseWriter: w, rec: tenant.record, call: &Call{}}, httptest.NewRequest("PUT", "/a%00b", nil), "")
	if !strings.HasPrefix(w.Body.String(), notImplemented) || !strings.Contains(w.Body.String(), "PUT /a") {
		t.Errorf("an operation without an ID: %s", w.Body)
	}
}

func TestUnusableDocumentIsReported(t *testing.T) {
	tenant := New()
	tenant.useSpec(nil, errors.New("no document"))
	w := respondTo(tenant, "GET", "/public_api/netscan/v1/scan/run", "")
	const want = `{"reply":{"err_code":500,"err_msg":"the sandbox cannot use its OpenAPI document: no document","err_extra":null}}`
	if w.Code != 500 || strings.TrimSpace(w.Body.String()) != want {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

// The validator accepts a request before it is decoded, but a changed document may accept more than the Go types can
// hold.
func TestUndecodableRequestIs400AndRepeatsNoValue(t *testing.T) {
	for _, tt := range []struct {
		name    string
		id      string
		request *http.Request
		want    string
	}{
		{"status", "getScanRunStatus", httptest.NewRequest("GET", "/?id=secret", nil),
			`{"err_msg":"The request contains invalid or missing parameters","metadata":{"err_extra":[{"field":"id","message":"has a value that the sandbox cannot decode"}]}}`},
		{"abort", "abortScan", httptest.NewRequest("POST", "/", strings.NewReader(`{"request_data":"secret"}`)),
			`{"reply":{"err_code":400,"err_msg":"The request contains invalid or missing parameters","err_extra":"body: has a value that the sandbox cannot decode"}}`},
	} {
		tenant := New()
		w := httptest.NewRecorder()
		x := &exchange{ResponseWriter: w, rec: tenant.record, call: &Call{}}
		tenant.execute(x, tt.request, tt.id)
		if w.Code != 400 || strings.TrimSpace(w.Body.String()) != tt.want {
			t.Errorf("%s: got %d %s", tt.name, w.Code, w.Body)
		}
		if len(x.call.Problems) != 1 || x.call.Status != 400 {
			t.Errorf("%s: recorded %+v", tt.name, x.call)
		}
	}
}

func TestAbortNeverSelectsWithoutFilters(t *testing.T) {
	for _, filters := range []any{nil, "", "ALL", []any{}, map[string]any{}, 1} {
		if s, err := selectionOf(filters); err == nil || s != nil {
			t.Errorf("%v: got a selection of %d conditions", filters, len(s))
		}
	}
}

func TestDocumentedFiltersAreImplemented(t *testing.T) {
	known := api.KnownFilters()
	if len(known) < 12 {
		t.Fatalf("only %d fields are documented", len(known))
	}
	for _, f := range known {
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
				t.Errorf("%s %s: documented %v, got %v; filter.go lists the fields", f.Field, operator, ok, err)
			}
		}
	}
}

func TestRoundedNumbersAreNotWhole(t *testing.T) {
	for f, want := range map[float64]bool{0: true, 1e3: true, -1e3: true, 1.5: false, -0.5: false, 1 << 53: true, 1<<53 + 2: false, -1<<53 - 2: false, 1e300: false} {
		if got, ok := wholeNumber(f); ok != want || ok && float64(got) != f {
			t.Errorf("%v: got %d, %t", f, got, ok)
		}
	}
}
