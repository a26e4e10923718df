package api_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
)

var (
	statusPath = pathOf(gen.NewGetScanRunStatusRequest("https://h/", &gen.GetScanRunStatusParams{}))
	abortPath  = pathOf(gen.NewAbortScanRequest("https://h/", gen.AbortScanRequest{}))
)

func pathOf(r *http.Request, err error) string {
	if err != nil {
		panic(err)
	}
	return r.URL.Path
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
	violation := &api.Violation{}
	if err != nil && !errors.As(err, &violation) {
		t.Fatalf("%T is not a *Violation: %v", err, err)
	}
	got := lines(violation.Problems)
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
		request string
		wantID  string
		want    string // the problem, or "" if the operation is known
	}{
		{"GET https://any.example:444" + statusPath, "getScanRunStatus", ""},
		{" http://[::1]" + statusPath, "getScanRunStatus", ""}, // in net/http, no method means GET
		{"POST https://h" + abortPath + "/", "abortScan", ""},
		{"GET https://h" + statusPath + "%2F", "", "path is not in the spec (…)"},
		{"post https://h" + abortPath, "", "method is not allowed for " + abortPath + " (…)"},
	} {
		t.Run(tt.request, func(t *testing.T) {
			method, target, _ := strings.Cut(tt.request, " ")
			r := newRequest(method, target, "")
			r.Method = method // NewRequest replaces an empty method
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

func TestRequestProblems(t *testing.T) {
	const (
		noFilters = `must be "all" or a list of at least one EndpointFilter`
		unknown   = "is not a known property (…); the service would ignore it"
	)
	unexpected := get("id=1&fields=status")
	unexpected.Body = io.NopCloser(strings.NewReader("{}"))
	for _, tt := range []struct {
		name string
		r    *http.Request
		want string
	}{
		{"escaped names", get("%69d=7&f%69elds=a+b%26c"), ""},
		{"empty pairs", get("&&id=1&&fields=a&"), ""},
		{"an empty query", get(""), "query id is required\nquery fields is required"},
		{"an empty field", get("id=1&fields=a&fields="), "query fields /1 must not be empty"},
		{"no value", get("id&fields=a"), "query id must not be empty"},
		{"a fraction", get("id=1.5&fields=a"), "query id must be an integer, not a number with a fraction"},
		{"a whole number with a point", get("id=1.0&fields=a"), ""},
		{"more than 64 bits", get("id=9223372036854775808&fields=a"), "query id must be between -9223372036854775808 and 9223372036854775807"},
		{"id twice, once escaped", get("id=1&%69d=1&fields=a"), "query id must be given only once, not 2 times"},
		{"the wrong case", get("ID=1&fields=a"), "query ID is not a parameter of this operation (…)\nquery id is required"},
		{"no name", get("id=1&fields=a&=b"), `query "" is not a parameter of this operation (…)`},
		{"invalid escape", get("id=1&fields=%zz"), "query fields contains invalid percent-encoding"},
		{"invalid escape in a name", get("id=1&fields=a&%z=1"), "query %z contains invalid percent-encoding"},
		{"semicolon", get("id=1;fields=a"), "query id contains a semicolon, which servers interpret in different ways; encode it as %3B\nquery id must be an integer\nquery fields is required"},
		{"invalid UTF-8", get("id=1&fields=%ff"), "query fields /0 is not valid UTF-8"},
		{"control characters in a name", get("id=1&fields=a&x%0a%00%e2%80%ae=b"), "query x �� is not a parameter of this operation (…)"},

		{"an incident as a number, as published clients send it", post(`{"request_data":{"filters":"all","incident_id":4711}}`), ""},
		{"an unknown field", filtered(`{"field":"tomorrow","operator":"near","value":["x"]}`), ""},
		{"no body", post(""), "body is required"},
		{"an unexpected body", unexpected, "body is not allowed for this operation"},
		{"no filters", post(`{"request_data":{}}`), "body /request_data/filters is required"},
		{"null filters", post(`{"request_data":{"filters":null}}`), "body /request_data/filters " + noFilters + ", not null"},
		{"an empty list of filters", filtered(""), "body /request_data/filters must have at least one item"},
		{"a string other than all", post(`{"request_data":{"filters":"ALL"}}`), "body /request_data/filters " + noFilters + ", not another string"},
		{"all inside a list", filtered(`"all"`), "body /request_data/filters/0 must be an object (EndpointFilter), not a string"},
		{"a misspelled name", filtered(`{"field":"alias","operater":"in","value":["a"]}`),
			"body /request_data/filters/0/operater " + unknown + "\nbody /request_data/filters/0/operator is required"},
		{"a slash and a tilde in a name", post(`{"request_data":{"filters":"all","a/~b":1}}`), "body /request_data/a~1~0b " + unknown},
		{"many problems at once", post(`{"request_data":{"filters":[{"operator":"","operator":"","value":{}}],"incident":1}} {`), "" +
			"body /request_data/filters/0/operator appears more than once\n" +
			"body contains data after the JSON value, at byte 85\n" +
			"body /request_data/filters/0/operator must not be empty\n" +
			"body /request_data/filters/0/value must be a list of at least one string, a string or an integer, not an object\n" +
			"body /request_data/filters/0/field is required\n" +
			"body /request_data/incident " + unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantProblems(t, validator(t).ValidateRequest(tt.r), linesOf(tt.want)...)
		})
	}
}

func TestConcurrentUse(t *testing.T) {
	v := validator(t)
	handler := v.Middleware(http.NotFoundHandler())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				wantProblems(t, v.ValidateRequest(post(`{"request_data":{"filters":7}}`)), "body /request_data/filters must be \"all\" or a list of at least one EndpointFilter, not a number")
				wantProblems(t, v.ValidateRequest(get("id=1")), "query fields is required")
				w := httptest.NewRecorder()
				if handler.ServeHTTP(w, signed(post("{}"))); w.Code != http.StatusBadRequest {
					t.Errorf("got %d %s, want 400", w.Code, w.Body)
				}
				wantProblems(t, v.ValidateResponse(get(""), 200, nil, []byte(`{}`)), "response body /DATA is required")
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
		{"not OpenAPI", "a: b", adopt},
		{"not YAML", "a: [1234567890123456", adopt},
		{"OpenAPI 3.1", strings.Replace(document, "openapi: 3.0.3", "openapi: 3.1.0", 1), "it is OpenAPI 3.1.0 " + adopt},
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
	for _, tt := range []struct {
		name string
		r    *http.Request
		want []string
	}{
		{"documented values", filtered(`{"field":"platform","operator":"in","value":["windows"]},{"field":"last_seen","operator":"gte","value":1}`), nil},
		{"a misspelled field", filtered(`{"field":"hostnmae","operator":"in","value":["SECRET"]}`), []string{"body /request_data/filters/0/field is not a documented field; did you mean hostname?"}},
		{"a slash at the end and an undocumented value", newRequest("GET", statusPath+"/?id=1&fields=status&fields=state", "", "User-Agent: test"), []string{
			"path ends with a slash, unlike the path in the spec; the service accepts both",
			"query fields /1 is not a documented value (documented: status)",
		}},

		{"a slash and a problem", newRequest("GET", statusPath+"/?id=1", "", "User-Agent: test"), nil},
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
