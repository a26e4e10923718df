package sandbox

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
)

// A changed document may describe operations that the sandbox does not implement, or accept values that the Go types cannot
// represent.
func TestValidRequestThatCannotBeExecutedIsReported(t *testing.T) {
	for _, tt := range []struct {
		name, id, method, target, body string
		status, problems               int
		want                           string
	}{
		{"undecodable status", "getScanRunStatus", "GET", "/?id=secret", "", 400, 1,
			`{"err_msg":"The request contains invalid or missing parameters","metadata":{"err_extra":[{"field":"id","message":"has a value that the sandbox cannot decode"}]}}`},
		{"undecodable abort", "abortScan", "POST", "/", `{"request_data":"secret"}`, 400, 1,
			`{"reply":{"err_code":400,"err_msg":"The request contains invalid or missing parameters","err_extra":"body: has a value that the sandbox cannot decode"}}`},
		{"unimplemented", "publish", "POST", "/", "", 501, 0,
			`{"reply":{"err_code":501,"err_msg":"The sandbox does not implement the operation publish","err_extra":null}}`},
		{"unimplemented, without an ID", "", "PUT", "/a%00b", "", 501, 0,
			`{"reply":{"err_code":501,"err_msg":"The sandbox does not implement the operation PUT /ab","err_extra":null}}`},
	} {
		w := httptest.NewRecorder()
		x := &exchange{ResponseWriter: w, rec: &recorder{}, call: &Call{}}
		New().execute(x, httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body)), tt.id)
		if got := strings.TrimSpace(w.Body.String()); w.Code != tt.status || got != tt.want {
			t.Errorf("%s: got %d %s, want %d %s", tt.name, w.Code, got, tt.status, tt.want)
		}
		if len(x.call.Problems) != tt.problems || x.call.Status != tt.status {
			t.Errorf("%s: got recorded %+v", tt.name, x.call)
		}
	}
}

func TestAbortWithInvalidFiltersSelectsNothing(t *testing.T) {
	for _, filters := range []any{nil, "", "ALL", []any{}, map[string]any{}, 1} {
		if s, err := selectionOf(filters); err == nil || s != nil {
			t.Errorf("%v: got a selection of %d conditions", filters, len(s))
		}
	}
}

func TestDocumentedFiltersAreImplemented(t *testing.T) {
	known := api.KnownFilters()
	if len(known) < 12 {
		t.Fatalf("got %d documented fields, want at least 12", len(known))
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
				t.Errorf("%s %s: got error %v, want it accepted: %v; filter.go lists the fields", f.Field, operator, err, ok)
			}
		}
	}
}

func TestRoundedNumbersAreNotWhole(t *testing.T) {
	for f, want := range map[float64]bool{0: true, 1e3: true, -1e3: true, 1.5: false, -0.5: false, 1 << 53: true, 1<<53 + 2: false, -1<<53 - 2: false, 1e300: false} {
		if got, ok := wholeNumber(f); ok != want || ok && float64(got) != f {
			t.Errorf("%v: got %d, %t, want %t", f, got, ok, want)
		}
	}
}
