package api_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
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

// of makes a validator of a document with these paths, in YAML.
func of(tb testing.TB, paths string) *api.Validator {
	tb.Helper()
	v, err := api.NewValidatorOf([]byte("openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n" + paths))
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// send makes a request to a validator of this kind; an empty contentType is none.
func send(method, target, contentType, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

// problems is what a validator's error says, one line for each problem; nil for none.
func problems(tb testing.TB, err error) []string {
	tb.Helper()
	if err == nil {
		return nil
	}
	var violation *api.Violation
	if !errors.As(err, &violation) {
		tb.Fatalf("%T is not a *Violation: %v", err, err)
	}
	if len(violation.Problems) == 0 {
		tb.Fatal("a Violation without a problem")
	}
	lines := make([]string, len(violation.Problems))
	for i, p := range violation.Problems {
		lines[i] = p.String()
	}
	return lines
}

func wantProblems(t *testing.T, err error, want ...string) {
	t.Helper()
	if got := problems(t, err); !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestOperation(t *testing.T) {
	known := " (operations: " + operations(t) + ")"
	for _, tt := range []struct {
		name, method, url string
		want              string // the first problem; empty where the operation is known
	}{
		{"status", "GET", "https://any.example:444" + statusPath, ""},
		{"net/http's empty method", "", "http://[::1]" + statusPath, ""},
		{"escaped letters", "GET", "https://h/public%5Fapi/netscan/v1/scan/run", ""},
		{"abort", "POST", "https://h" + abortPath, ""},
		{"another path", "GET", "https://h/public_api/v2", "path is not in the spec" + known},
		{"no path", "GET", "https://h", "path is not in the spec" + known},
		{"a slash at the end", "GET", "https://h" + statusPath + "/", ""},
		{"two slashes at the end", "GET", "https://h" + statusPath + "//", "path is not in the spec" + known},
		{"an escaped slash at the end", "GET", "https://h" + statusPath + "%2F", "path is not in the spec" + known},
		{"two slashes", "GET", "https://h/" + statusPath, "path is not in the spec" + known},
		{"dots", "GET", "https://h/x/.." + statusPath, "path is not in the spec" + known},
		{"the wrong case", "GET", "https://h" + strings.ToUpper(statusPath), "path is not in the spec" + known},
		{"an escaped slash", "GET", "https://h/public_api%2Fnetscan/v1/scan/run", "path is not in the spec" + known},
		{"opaque", "GET", "mailto:" + statusPath[1:], "path is not in the spec" + known},
		{"wrong method", "POST", "https://h" + statusPath, "method is not allowed for " + statusPath + " (allowed: GET)"},
		{"head", "HEAD", "https://h" + statusPath, "method is not allowed for " + statusPath + " (allowed: GET)"},
		{"small letters", "post", "https://h" + abortPath, "method is not allowed for " + abortPath + " (allowed: POST)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest(tt.method, tt.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Method = tt.method // NewRequest fills in an empty one
			var violation *api.Violation
			if err := validator(t).ValidateRequest(r); !errors.As(err, &violation) {
				t.Fatalf("got %v, want a Violation", err)
			}
			if tt.want != "" {
				wantProblems(t, violation, tt.want)
			}
			if known := violation.Operation != ""; known != (tt.want == "") {
				t.Errorf("Operation %q", violation.Operation)
			}
		})
	}
	wantProblems(t, validator(t).ValidateRequest(nil), "path is required: there is no request")
	wantProblems(t, validator(t).ValidateRequest(&http.Request{}), "path is required: there is no request")
}

func TestOperationID(t *testing.T) {
	v := validator(t)
	missing := of(t, "  /a: {get: {responses: {'200': {description: d}}}}\n")
	other := get("")
	other.URL.Path += "/"
	for _, tt := range []struct {
		v      *api.Validator
		r      *http.Request
		wantID string
		wantOK bool
	}{
		{v, get("nonsense"), "getScanRunStatus", true},
		{v, post("{"), "abortScan", true},
		{v, other, "getScanRunStatus", true},
		{v, send("DELETE", abortPath, "", ""), "", false},
		{v, nil, "", false},
		{missing, send("GET", "/a", "", ""), "", true},
	} {
		if id, ok := tt.v.Operation(tt.r); id != tt.wantID || ok != tt.wantOK {
			t.Errorf("got %q %t, want %q %t", id, ok, tt.wantID, tt.wantOK)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	v := validator(t)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 50 {
				if err := v.ValidateRequest(post(manyIDs(10))); err != nil {
					t.Error(err)
				}
				if err := v.ValidateRequest(post(`{"request_data":{"filters":[{"value":{}}]}}`)); len(problems(t, err)) != 3 {
					t.Error(err)
				}
				if err := v.ValidateRequest(get("id=1&fields=status")); err != nil {
					t.Error(err)
				}
				if err := v.ValidateResponse(get(""), 200, nil, []byte(`{}`)); len(problems(t, err)) != 1 {
					t.Error(err)
				}
				w := httptest.NewRecorder()
				v.Middleware(http.NotFoundHandler()).ServeHTTP(w, post("{}"))
				if w.Code != http.StatusUnauthorized {
					t.Errorf("goroutine %d: %d", i, w.Code)
				}
			}
		})
	}
	group.Wait()
}

func TestBrokenDocuments(t *testing.T) {
	document := string(api.Document())
	for name, text := range map[string]string{
		"no document":       "",
		"not OpenAPI":       "a: b",
		"OpenAPI 3.1":       strings.Replace(document, "openapi: 3.0.3", "openapi: 3.1.0", 1),
		"dangling $ref":     strings.Replace(document, "schemas/EndpointFilters", "schemas/Nothing", 1),
		"another file":      strings.Replace(document, "'#/components/schemas/EndpointFilters'", "'/etc/passwd'", 1),
		"unknown values":    strings.Replace(document, "x-known-values: [", "x-known-values: [1, ", 1),
		"unknown scheme":    strings.Replace(document, "- KeyID: []", "- Key: []", 1),
		"no path parameter": strings.Replace(document, "/endpoints/abort_scan:", "/endpoints/{id}/abort_scan:", 1),
	} {
		if v, err := api.NewValidatorOf([]byte(text)); err == nil || v != nil {
			t.Errorf("%s: loaded", name)
		}
	}
}
