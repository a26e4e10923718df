package api_test

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/cortexscan/api"
	"github.com/getkin/kin-openapi/openapi3"
)

// The paths of the two operations, as the document spells them.
var statusPath, abortPath = pathOf("getScanRunStatus"), pathOf("abortScan")

func pathOf(operationID string) string {
	doc, err := openapi3.NewLoader().LoadFromData(api.Document())
	if err != nil {
		panic(err)
	}
	for path, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.OperationID == operationID {
				return path
			}
		}
	}
	panic("the document has no operation " + operationID)
}

var loadOnce = sync.OnceValues(api.NewValidator)

func validator(tb testing.TB) *api.Validator {
	tb.Helper()
	v, err := loadOnce()
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// get returns a request for the status of a scan run.
func get(query string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "https://api-acme.example"+statusPath, nil)
	r.URL.RawQuery = query
	r.Header.Set("User-Agent", "test")
	return r
}

// post returns a request that aborts scans.
func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://api-acme.example"+abortPath, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// of returns a validator for a document with these paths, in YAML.
func of(tb testing.TB, paths string) *api.Validator {
	tb.Helper()
	v, err := api.NewValidatorOf([]byte("openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n" + paths))
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// send returns a request. An empty contentType is left out.
func send(method, target, contentType, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

// problems returns the problems of a validator's error, one line each, or nil.
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

func TestOnlyMethodAndPathDecideTheOperation(t *testing.T) {
	known := " (operations: " + operations(t) + ")"
	for _, tt := range []struct {
		name, method, url string
		want              string // the first problem; empty where the operation is known
	}{
		{"status", "GET", "https://any.example:444" + statusPath, ""},
		{"net/http's empty method", "", "http://[::1]" + statusPath, ""},
		{"escaped letters", "GET", "https://h" + strings.Replace(statusPath, "_", "%5F", 1), ""},
		{"abort", "POST", "https://h" + abortPath, ""},
		{"another path", "GET", "https://h/public_api/v2", "path is not in the spec" + known},
		{"no path", "GET", "https://h", "path is not in the spec" + known},
		{"a slash at the end", "GET", "https://h" + statusPath + "/", ""},
		{"two slashes at the end", "POST", "https://h" + abortPath + "//", "path is not in the spec" + known},
		{"an escaped slash at the end", "GET", "https://h" + statusPath + "%2F", "path is not in the spec" + known},
		{"two slashes", "GET", "https://h/" + statusPath, "path is not in the spec" + known},
		{"dots", "GET", "https://h/x/.." + statusPath, "path is not in the spec" + known},
		{"the wrong case", "GET", "https://h" + strings.ToUpper(statusPath), "path is not in the spec" + known},
		{"an escaped slash", "GET", "https://h/" + strings.Replace(statusPath[1:], "/", "%2F", 1), "path is not in the spec" + known},
		{"opaque", "GET", "mailto:" + statusPath[1:], "path is not in the spec" + known},
		{"wrong method", "TRACE", "https://h" + statusPath, "method is not allowed for " + statusPath + " (allowed: " + allowed(t, statusPath) + ")"},
		{"head", "HEAD", "https://h" + statusPath, "method is not allowed for " + statusPath + " (allowed: " + allowed(t, statusPath) + ")"},
		{"small letters", "post", "https://h" + abortPath, "method is not allowed for " + abortPath + " (allowed: " + allowed(t, abortPath) + ")"},
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
	other := withSlash(get(""))
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

// TestInvalidDocuments: the error says what to do.
func TestInvalidDocuments(t *testing.T) {
	document := string(api.Document())
	for _, tt := range []struct{ name, document, want string }{
		{"no document", "", "run make adopt"},
		{"not OpenAPI", "a: b", "run make adopt"},
		{"not YAML", "a: [1234567890123456", "run make adopt"},
		{"OpenAPI 3.1", strings.Replace(document, "openapi: 3.0.3", "openapi: 3.1.0", 1), "it is OpenAPI 3.1.0 (the validator needs a valid OpenAPI 3.0 document; to convert operations of another one, run make adopt)"},
		{"dangling $ref", strings.Replace(document, "schemas/EndpointFilters", "schemas/Nothing", 1), "run make adopt"},
		{"another file", strings.Replace(document, "'#/components/schemas/EndpointFilters'", "'/etc/passwd'", 1), "run make adopt"},
		{"unknown scheme", strings.Replace(document, "- KeyID: []", "- Key: []", 1), "run make adopt"},
		{"no path parameter", strings.Replace(document, "  "+abortPath+":", "  "+abortPath+"/{id}:", 1), "run make adopt"},
		{"values that are not strings", strings.Replace(document, "x-known-values: [", "x-known-values: [1, ", 1), "x-known-values: must be a list of strings"},
	} {
		if v, err := api.NewValidatorOf([]byte(tt.document)); err == nil || v != nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}

// TestPatternsThatGoCannotExpress: only the pattern is not checked, and Unchecked names its place.
func TestPatternsThatGoCannotExpress(t *testing.T) {
	v := of(t, `
  /x:
    get:
      parameters:
        - {name: a, in: query, schema: {type: string, maxLength: 2, pattern: '^(?!x)'}}
        - {name: b, in: query, schema: {type: string, pattern: '^[^\u0000-\u001f]*$'}}
      responses: {'200': {description: d}}
`)
	wantProblems(t, v.ValidateRequest(send("GET", "/x?a=x&b=y", "", "")))
	wantProblems(t, v.ValidateRequest(send("GET", "/x?a=xyz&b=%1f", "", "")), "query a must have at most 2 characters", "query b must match the pattern ^[^\\u0000-\\u001f]*$")
	want := "/paths/~1x/get/parameters/0/schema/pattern is not checked, because Go's regexp can't express it (invalid or unsupported Perl syntax: `(?!`): " +
		"rewrite it without lookaround and backreferences, or remove it"
	if got := v.Unchecked(); len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := validator(t).Unchecked(); len(got) != 0 {
		t.Errorf("the document has %q", got)
	}
}

func filtered(filter string) *http.Request {
	return post(`{"request_data":{"filters":[` + filter + `]}}`)
}

func withSlash(r *http.Request) *http.Request {
	r.URL.Path += "/"
	return r
}

func TestAdvise(t *testing.T) {
	const slash = "path ends with a slash, unlike the path in the spec; the service accepts both"
	header := filtered(`{"field":"host","operator":"in","value":["a"]}`)
	header.Header.Set("Content-Type", "text/plain")
	for _, tt := range []struct {
		name string
		r    *http.Request
		want []string
	}{
		{"all", post(`{"request_data":{"filters":"all"}}`), nil},
		{"documented", filtered(`{"field":"platform","operator":"in","value":["windows"]},{"field":"last_seen","operator":"gte","value":1}`), nil},
		{"a field", filtered(`{"field":"hostnmae","operator":"in","value":["SECRET"]}`), []string{"body /request_data/filters/0/field is not a documented field; did you mean hostname?"}},
		{"an operator", filtered(`{"field":"hostname","operator":"im","value":["SECRET"]}`),
			[]string{"body /request_data/filters/0/operator is not a documented operator of the field hostname; did you mean in?"}},
		{"values", filtered(`{"field":"alias","operator":"in","value":["SECRET"]},{"field":"platform","operator":"in","value":["Windows","SECRET"]}`), []string{
			"body /request_data/filters/1/value/0 is not a documented value of the field platform; did you mean windows?",
			"body /request_data/filters/1/value/1 is not a documented value of the field platform (documented: windows, linux, macos, android)"}},
		{"one value", filtered(`{"field":"scan_status","operator":"in","value":"in-progress"}`),
			[]string{"body /request_data/filters/0/value is not a documented value of the field scan_status; did you mean in_progress?"}},
		{"a parameter", get("id=1&fields=status&fields=state"), []string{"query fields /1 is not a documented value (documented: status)"}},
		{"a good parameter", get("id=1&fields=status"), nil},
		{"a slash at the end", withSlash(post(`{"request_data":{"filters":"all"}}`)), []string{slash}},
		{"a slash and a value", withSlash(get("id=1&fields=state")), []string{slash, "query fields /0 is not a documented value (documented: status)"}},
		{"a slash and a problem", withSlash(get("id=1")), nil},

		{"invalid", filtered(`{"field":"host","operator":"in"}`), nil},
		{"another media type", header, nil},
		{"an invalid parameter", get("id=x&fields=state"), nil},
		{"unknown operation", httptest.NewRequest("GET", "/other", nil), nil},
		{"no request", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range validator(t).Advise(tt.r) {
				got = append(got, p.String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

func TestAdviceDoesNotChangeTheRequest(t *testing.T) {
	const body = `{"request_data":{"filters":[{"field":"host","operator":"in","value":["a"]}]}}`
	r := post(body)
	for range 2 {
		if len(validator(t).Advise(r)) != 1 {
			t.Error("no advice, or only once")
		}
	}
	if got, err := io.ReadAll(r.Body); string(got) != body || err != nil {
		t.Errorf("left %q, %v", got, err)
	}
}

func TestAdviceIsBounded(t *testing.T) {
	r := filtered(`{"field":"platform","operator":"in","value":["a"` + strings.Repeat(`,"windwos"`, 10_000) + `]}`)
	if got := validator(t).Advise(r); len(got) != 100 {
		t.Errorf("%d pieces of advice", len(got))
	}
}

// allowed lists the methods that the spec has for a path.
func allowed(t *testing.T, path string) string {
	t.Helper()
	return strings.Join(slices.Sorted(maps.Keys(loadDocument(t).Paths.Value(path).Operations())), ", ")
}
