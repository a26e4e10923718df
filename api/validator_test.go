package api_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api"
)

var statusPath, abortPath = pathOf("getScanRunStatus"), pathOf("abortScan")

var document = sync.OnceValue(func() *openapi3.T {
	doc, err := openapi3.NewLoader().LoadFromData(api.Document())
	if err != nil {
		panic(err)
	}
	return doc
})

func pathOf(operationID string) string {
	for path, item := range document().Paths.Map() {
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

func get(query string) *http.Request {
	r := newRequest("GET", statusPath, "", "User-Agent: test")
	r.URL.RawQuery = query
	return r
}

func post(body string) *http.Request {
	return newRequest("POST", abortPath, body, "Content-Type: application/json")
}

func filtered(filters string) *http.Request {
	return post(`{"request_data":{"filters":[` + filters + `]}}`)
}

// newRequest returns a request. Each header has the form "Name: value".
func newRequest(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	return r
}

func withSlash(r *http.Request) *http.Request {
	r.URL.Path += "/"
	return r
}

// of returns a validator for a document with these paths, in YAML. Other sections of the document may follow the paths.
func of(tb testing.TB, paths string) *api.Validator {
	tb.Helper()
	v, err := api.NewValidatorOf([]byte("openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n" + paths))
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// ofOperation returns a validator for the single operation POST /x
// with these fields, in YAML. A default response covers every status.
func ofOperation(tb testing.TB, fields string) *api.Validator {
	tb.Helper()
	return of(tb, "  /x: {post: {"+fields+", responses: {default: {description: d}}}}\n")
}

// problems returns each problem in a validator's error as one line.
func problems(tb testing.TB, err error) []string {
	tb.Helper()
	if err == nil {
		return nil
	}
	var violation *api.Violation
	if !errors.As(err, &violation) {
		tb.Fatalf("%T is not a *Violation: %v", err, err)
	}
	return lines(violation.Problems)
}

func lines(problems []api.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.String())
	}
	return out
}

var lists = regexp.MustCompile(`\(\w+: [^)]*\)`)

// wantProblems compares the problems in err with want. In want, "(…)" matches any list of names, because the document may grow.
func wantProblems(t *testing.T, err error, want ...string) {
	t.Helper()
	got := problems(t, err)
	for i := range got {
		if i < len(want) && strings.Contains(want[i], "(…)") {
			got[i] = lists.ReplaceAllString(got[i], "(…)")
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func linesOf(want string) []string {
	if want == "" {
		return nil
	}
	return strings.Split(want, "\n")
}

func TestOnlyMethodAndPathDecideTheOperation(t *testing.T) {
	for _, tt := range []struct {
		name, method, url string
		wantID            string
		want              string // the problem, or "" if the operation is known
	}{
		{"status", "GET", "https://any.example:444" + statusPath, "getScanRunStatus", ""},
		{"net/http's empty method", "", "http://[::1]" + statusPath, "getScanRunStatus", ""},
		{"abort", "POST", "https://h" + abortPath, "abortScan", ""},
		{"a slash at the end", "POST", "https://h" + abortPath + "/", "abortScan", ""},
		{"an encoded slash at the end", "GET", "https://h" + statusPath + "%2F", "", "path is not in the spec (…)"},
		{"another method", "TRACE", "https://h" + statusPath, "", "method is not allowed for " + statusPath + " (…)"},
		{"a lower-case method", "post", "https://h" + abortPath, "", "method is not allowed for " + abortPath + " (…)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest(tt.method, tt.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Method = tt.method // NewRequest replaces an empty method
			if id, ok := validator(t).Operation(r); id != tt.wantID || ok != (tt.want == "") {
				t.Errorf("got the operation %q %t, want %q", id, ok, tt.wantID)
			}
			if tt.want != "" {
				wantProblems(t, validator(t).ValidateRequest(r), tt.want)
				wantProblems(t, validator(t).ValidateResponse(r, 200, nil, nil), tt.want)
			}
		})
	}
	for _, r := range []*http.Request{nil, {}} {
		wantProblems(t, validator(t).ValidateRequest(r), "path is missing: the request or its URL is nil")
	}
	v := of(t, "  /a: {get: {responses: {'200': {description: d}}}, put: {responses: {'200': {description: d}}}}\n")
	wantProblems(t, v.ValidateRequest(newRequest("GET", "/b", "")), "path is not in the spec (operations: GET /a, PUT /a)")
	wantProblems(t, v.ValidateRequest(newRequest("POST", "/a", "")), "method is not allowed for /a (allowed: GET, PUT)")
	if id, ok := v.Operation(newRequest("GET", "/a", "")); id != "" || !ok {
		t.Errorf("an operation without an ID: got %q %t", id, ok)
	}
}

func TestConcurrentUse(t *testing.T) {
	v := validator(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				wantProblems(t, v.ValidateRequest(get("id=1&fields=status")))
				wantProblems(t, v.ValidateRequest(filtered(`{"field":"a","operator":"in","value":{}}`)),
					"body /request_data/filters/0/value must be a list of at least one string, a string or an integer, not an object")
				wantProblems(t, v.ValidateResponse(get(""), 200, nil, []byte(`{}`)), "response body /DATA is required")
				w := httptest.NewRecorder()
				if v.Middleware(http.NotFoundHandler()).ServeHTTP(w, post("{}")); w.Code != http.StatusUnauthorized {
					t.Errorf("got %d", w.Code)
				}
			}
		})
	}
	group.Wait()
}

// Each error explains what to do.
func TestInvalidDocumentsAreRefused(t *testing.T) {
	const adopt = "(the validator needs a valid OpenAPI 3.0 document; to convert and add operations from another document, run make adopt)"
	document := string(api.Document())
	for _, tt := range []struct{ name, document, want string }{
		{"no document", "", adopt},
		{"not OpenAPI", "a: b", adopt},
		{"not YAML", "a: [1234567890123456", adopt},
		{"OpenAPI 3.1", strings.Replace(document, "openapi: 3.0.3", "openapi: 3.1.0", 1), "it is OpenAPI 3.1.0 " + adopt},
		{"dangling $ref", strings.Replace(document, "schemas/EndpointFilters", "schemas/Nothing", 1), adopt},
		{"another file", strings.Replace(document, "'#/components/schemas/EndpointFilters'", "'/etc/passwd'", 1), adopt},
		{"unknown security scheme", strings.Replace(document, "- KeyID: []", "- Key: []", 1), adopt},
		{"undescribed path parameter", "{openapi: 3.0.3, info: {title: t, version: '1'}, paths: {'/x/{id}': {get: {responses: {'200': {description: d}}}}}}", adopt},
		{"known values that are not strings", strings.Replace(document, "x-known-values: [", "x-known-values: [1, ", 1), "x-known-values: must be a list of strings"},
	} {
		if v, err := api.NewValidatorOf([]byte(tt.document)); err == nil || v != nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}

// The validator skips only the pattern, and Unchecked reports where the pattern is.
func TestPatternsThatGoCannotExpress(t *testing.T) {
	v := ofOperation(t, "parameters: [{name: a, in: query, schema: {type: string, maxLength: 2, pattern: '^(?!x)'}}]")
	wantProblems(t, v.ValidateRequest(newRequest("POST", "/x?a=x", "")))
	wantProblems(t, v.ValidateRequest(newRequest("POST", "/x?a=xyz", "")), "query a must have at most 2 characters")
	want := "/paths/~1x/post/parameters/0/schema/pattern is not checked, because Go's regexp does not support it (invalid or unsupported Perl syntax: `(?!`): " +
		"rewrite it without lookaround and backreferences, or remove it"
	if got := v.Unchecked(); !slices.Equal(got, []string{want}) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := validator(t).Unchecked(); len(got) != 0 {
		t.Errorf("got %q for api/openapi.yaml, want none", got)
	}
}

func TestAdvise(t *testing.T) {
	const slash = "path ends with a slash, unlike the path in the spec; the service accepts both"
	for _, tt := range []struct {
		name string
		r    *http.Request
		want []string
	}{
		{"documented values", filtered(`{"field":"platform","operator":"in","value":["windows"]},{"field":"last_seen","operator":"gte","value":1}`), nil},
		{"a misspelled field", filtered(`{"field":"hostnmae","operator":"in","value":["SECRET"]}`), []string{"body /request_data/filters/0/field is not a documented field; did you mean hostname?"}},
		{"an undocumented parameter", get("id=1&fields=status&fields=state"), []string{"query fields /1 is not a documented value (documented: status)"}},
		{"a slash at the end", withSlash(post(`{"request_data":{"filters":"all"}}`)), []string{slash}},
		{"a slash and a value", withSlash(get("id=1&fields=state")), []string{slash, "query fields /0 is not a documented value (documented: status)"}},

		{"a slash and a problem", withSlash(get("id=1")), nil},
		{"an invalid body", filtered(`{"field":"host","operator":"in"}`), nil},
		{"an unknown operation", newRequest("GET", "/other", ""), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 { // Advise must leave the body readable
				if got := lines(validator(t).Advise(tt.r)); !slices.Equal(got, tt.want) {
					t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
				}
			}
		})
	}
	r := filtered(`{"field":"platform","operator":"in","value":["a"` + strings.Repeat(`,"windwos"`, 10_000) + `]}`)
	if got := validator(t).Advise(r); len(got) != 100 {
		t.Errorf("%d pieces of advice, want 100", len(got))
	}
}
