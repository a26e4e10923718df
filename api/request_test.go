package api_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"example.com/cortexscan/api"
)

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

func TestBody(t *testing.T) {
	const (
		noFilters = `must be "all" or a list of at least one EndpointFilter`
		noValue   = "must be a list of at least one string, a string or an integer"
		noJSON    = "body is not valid JSON"
	)
	filter := func(s string) string { return `{"request_data":{"filters":[` + s + `]}}` }
	for _, tt := range []struct {
		name, body string
		want       []string
	}{
		{"everything", `{"request_data":{"filters":"all"}}`, nil},
		{"space around", " \t\r\n{ \"request_data\" : { \"filters\" : \"all\" } } \n", nil},
		{"incident", `{"request_data":{"filters":"all","incident_id":"4711"}}`, nil},
		{"list", filter(`{"field":"hostname","operator":"in","value":["a","b"]}`), nil},
		{"one string", filter(`{"field":"hostname","operator":"in","value":"a"}`), nil},
		{"time", filter(`{"field":"last_seen","operator":"gte","value":1584983036945}`), nil},
		{"a field of next year", filter(`{"field":"tomorrow","operator":"near","value":["x"]}`), nil},
		{"names written with escapes", `{"request_d\u0061ta":{"filter\u0073":"\u0061ll"}}`, nil},
		{"text in every script", filter(`{"field":"hostname","operator":"in","value":["日本","\ud83d\ude00","\\\"\/\b\f\n\r\t"]}`), nil},

		{"empty", ``, []string{"body is required"}},
		{"only space", "  \n", []string{noJSON + ": it ends too early"}},
		{"no JSON", `request_data`, []string{noJSON + " at byte 0"}},
		{"cut off", `{"request_data":{"filters":"al`, []string{noJSON + ": it ends too early"}},
		{"cut off in an escape", `{"request_data":{"filters":"\u00`, []string{noJSON + " at byte 28"}},
		{"no quotes", `{request_data:{}}`, []string{noJSON + " at byte 1"}},
		{"a comma too many", `{"request_data":{"filters":"all",}}`, []string{noJSON + " at byte 33"}},
		{"a comma too many in a list", `{"request_data":{"filters":["a",]}}`, []string{noJSON + " at byte 32"}},
		{"a bare newline in a string", "{\"request_data\":{\"filters\":\"al\nl\"}}", []string{noJSON + " at byte 30"}},
		{"an unknown escape", `{"request_data":{"filters":"\all"}}`, []string{noJSON + " at byte 28"}},
		{"no number", filter(`{"field":"x","operator":"gte","value":01}`), []string{noJSON + " at byte 67"}},
		{"not a number", filter(`{"field":"x","operator":"gte","value":NaN}`), []string{noJSON + " at byte 66"}},
		{"byte order mark", "\ufeff{}", []string{noJSON + " at byte 0"}},
		{"another value after it", `{"request_data":{"filters":"all"}}{}`, []string{"body goes on after its JSON value, at byte 34"}},
		{"invalid UTF-8", "{\"request_data\":{\"filters\":\"all\",\"incident_id\":\"\xff\"}}", []string{"body is not valid UTF-8"}},
		{"invalid UTF-8 and no JSON", "\xff", []string{"body is not valid UTF-8", noJSON + " at byte 0"}},
		{"too deep", strings.Repeat("[", 1_000_000), []string{"body is nested deeper than 1000 levels"}},
		{"too deep, in objects", strings.Repeat(`{"a":`, 1_000_000), []string{"body is nested deeper than 1000 levels"}},
		{"deep and unknown", `{"request_data":{"filters":"all"},"x":` + strings.Repeat("[", 900) + strings.Repeat("]", 900) + `}`,
			[]string{"body /x is not a member that this operation knows (it knows request_data); the service would ignore it"}},

		{"null", `null`, []string{"body must be an object (AbortScanRequest), not null"}},
		{"a list", `[]`, []string{"body must be an object (AbortScanRequest), not a list"}},
		{"no request_data", `{}`, []string{"body /request_data is required"}},
		{"request_data null", `{"request_data":null}`, []string{"body /request_data must be an object (AbortScanRequestData), not null"}},
		{"no filters", `{"request_data":{}}`, []string{"body /request_data/filters is required"}},
		{"filters null", `{"request_data":{"filters":null}}`, []string{"body /request_data/filters " + noFilters + ", not null"}},
		{"no filter", `{"request_data":{"filters":[]}}`, []string{"body /request_data/filters must have at least one item"}},
		{"another word", `{"request_data":{"filters":"ALL"}}`, []string{"body /request_data/filters " + noFilters + ", not another string"}},
		{"a number", `{"request_data":{"filters":1}}`, []string{"body /request_data/filters " + noFilters + ", not a number"}},
		{"an object", `{"request_data":{"filters":{}}}`, []string{"body /request_data/filters " + noFilters + ", not an object"}},
		{"a list with all", `{"request_data":{"filters":["all"]}}`, []string{"body /request_data/filters/0 must be an object (EndpointFilter), not a string"}},
		{"all and filters", filter(`"all",{"field":"hostname","operator":"in","value":["a"]}`), []string{"body /request_data/filters/0 must be an object (EndpointFilter), not a string"}},
		{"incident a number", `{"request_data":{"filters":"all","incident_id":4711}}`, []string{"body /request_data/incident_id must be a string, not a number"}},
		{"the wrong case", `{"Request_Data":{"filters":"all"}}`, []string{
			"body /Request_Data is not a member that this operation knows (it knows request_data); the service would ignore it",
			"body /request_data is required",
		}},

		{"a filter with nothing", filter(`{}`), []string{
			"body /request_data/filters/0/field is required",
			"body /request_data/filters/0/operator is required",
			"body /request_data/filters/0/value is required",
		}},
		{"the second filter mistyped", filter(`{"field":"hostname","operator":"in","value":["a"]},{"field":"alias","operater":"in","value":["a"]}`), []string{
			"body /request_data/filters/1/operater is not a member that this operation knows (it knows field, operator and value); the service would ignore it",
			"body /request_data/filters/1/operator is required",
		}},
		{"empty field", filter(`{"field":"","operator":"in","value":["a"]}`), []string{"body /request_data/filters/0/field must not be empty"}},
		{"no value", filter(`{"field":"a","operator":"in","value":[]}`), []string{"body /request_data/filters/0/value must have at least one item"}},
		{"a list of numbers", filter(`{"field":"a","operator":"in","value":["a",1,null]}`), []string{
			"body /request_data/filters/0/value/1 must be a string, not a number",
			"body /request_data/filters/0/value/2 must be a string, not null",
		}},
		{"a boolean", filter(`{"field":"a","operator":"in","value":true}`), []string{"body /request_data/filters/0/value " + noValue + ", not a boolean"}},
		{"a fraction", filter(`{"field":"a","operator":"gte","value":1.5}`), []string{"body /request_data/filters/0/value " + noValue + ", not a number with a fraction"}},
		{"whole numbers in other notations", filter(`{"field":"a","operator":"gte","value":1.0},{"field":"a","operator":"gte","value":1e3},{"field":"a","operator":"gte","value":-0}`), nil},

		{"a name twice", `{"request_data":{"filters":[{"field":"a","operator":"in","value":["a"]}],"filters":"all"}}`,
			[]string{"body /request_data/filters is given more than once"}},
		{"a name twice, once with an escape", `{"request_data":{"filters":"all","filter\u0073":"all"}}`,
			[]string{"body /request_data/filters is given more than once"}},
		{"names twice at every depth", `{"request_data":{"filters":[{"field":"a","field":"a","operator":"in","value":["a"]}]},"request_data":{"filters":"all"}}`,
			[]string{"body /request_data/filters/0/field is given more than once", "body /request_data is given more than once"}},
		{"the same name in two objects", filter(`{"field":"a","operator":"in","value":"a"},{"field":"a","operator":"in","value":"a"}`), nil},
		{"everything at once", `{"request_data":{"filters":[{"operator":"","operator":"","value":{}}],"incident":1}} {`, []string{
			"body /request_data/filters/0/operator is given more than once",
			"body goes on after its JSON value, at byte 85",
			"body /request_data/filters/0/field is required",
			"body /request_data/filters/0/operator must not be empty",
			"body /request_data/filters/0/value " + noValue + ", not an object",
			"body /request_data/incident is not a member that this operation knows (it knows filters and incident_id); the service would ignore it",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := problems(t, validator(t).ValidateRequest(post(tt.body)))
			slices.Sort(got)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

// The range of int64 is exact, although kin-openapi compares in float64.
func TestInt64(t *testing.T) {
	const outside = "must be between -9223372036854775808 and 9223372036854775807"
	for number, want := range map[string]string{
		"0": "", "9007199254740993": "", "22519813685366": "",
		"9223372036854775807": "", "-9223372036854775808": "", "9.223372036854775807e18": "",
		"9223372036854775808": outside, "-9223372036854775809": outside, "9.223372036854775808e18": outside,
		"10000000000000000000": outside, "1e19": outside, "-1e300": outside,
		"1e400": "is too large a number",
	} {
		t.Run(number, func(t *testing.T) {
			v := validator(t)
			var body, query []string
			if want != "" {
				body = []string{"body /request_data/filters/0/value " + want}
			}
			wantProblems(t, v.ValidateRequest(post(`{"request_data":{"filters":[{"field":"last_seen","operator":"gte","value":`+number+`}]}}`)), body...)
			switch {
			case strings.ContainsAny(number, "e."):
				query = []string{"query id must be an integer"}
			case want != "":
				query = []string{"query id " + want}
			}
			wantProblems(t, v.ValidateRequest(get("fields=status&id="+number)), query...)
		})
	}
}

func TestQuery(t *testing.T) {
	for _, tt := range []struct {
		name, query string
		want        []string
	}{
		{"good", "id=789&fields=status", nil},
		{"several fields", "fields=status&id=-1&fields=other", nil},
		{"escaped names", "%69d=7&f%69elds=a+b%26c", nil},
		{"empty pairs", "&&id=1&&fields=a&", nil},
		{"nothing", "", []string{"query id is required", "query fields is required"}},
		{"placeholder", "id=1&fields=", []string{"query fields must not be empty"}},
		{"one field empty", "id=1&fields=a&fields=", []string{"query fields /1 must not be empty"}},
		{"empty id", "id=&fields=a", []string{"query id must not be empty"}},
		{"no value", "id&fields=a", []string{"query id must not be empty"}},
		{"a word", "id=abc&fields=a", []string{"query id must be an integer"}},
		{"a fraction", "id=1.5&fields=a", []string{"query id must be an integer"}},
		{"space", "id=+1&fields=a", []string{"query id must be an integer"}},
		{"twice", "id=1&id=2&fields=a", []string{"query id is given 2 times, and one is meant"}},
		{"twice, once escaped", "id=1&%69d=1&fields=a", []string{"query id is given 2 times, and one is meant"}},
		{"unknown", "id=1&fields=a&feilds=b", []string{"query feilds is not a parameter that this operation knows (it knows id and fields)"}},
		{"the wrong case", "ID=1&fields=a", []string{"query ID is not a parameter that this operation knows (it knows id and fields)", "query id is required"}},
		{"no name", "id=1&fields=a&=b", []string{`query "" is not a parameter that this operation knows (it knows id and fields)`}},
		{"broken escape", "id=1&fields=%zz", []string{"query fields is not percent-encoded as it should be"}},
		{"broken escape in a name", "id=1&fields=a&%z=1", []string{"query %z is not percent-encoded as it should be"}},
		{"semicolon", "id=1;fields=a", []string{"query id has a semicolon, which not all servers read alike; write it as %3B", "query id must be an integer", "query fields is required"}},
		{"invalid UTF-8", "id=1&fields=%ff", []string{"query fields is not valid UTF-8"}},
		{"control characters in a name", "id=1&fields=a&x%0a%00%e2%80%ae=b", []string{"query x��� is not a parameter that this operation knows (it knows id and fields)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantProblems(t, validator(t).ValidateRequest(get(tt.query)), tt.want...)
		})
	}
}

func TestHeaders(t *testing.T) {
	v := validator(t)
	for _, tt := range []struct {
		name   string
		values []string
		want   []string
	}{
		{"given", []string{"cortexscan/1"}, nil},
		{"missing", nil, []string{"header User-Agent is required"}},
		{"empty", []string{""}, []string{"header User-Agent must not be empty"}},
		{"space", []string{" \t"}, []string{"header User-Agent must not be empty"}},
		{"twice", []string{"a", "b"}, []string{"header User-Agent is given 2 times, and one is meant"}},
	} {
		t.Run("User-Agent "+tt.name, func(t *testing.T) {
			r := get("id=1&fields=status")
			r.Header["User-Agent"] = tt.values
			wantProblems(t, v.ValidateRequest(r), tt.want...)
		})
	}
	for _, tt := range []struct {
		name   string
		values []string
		want   []string
	}{
		{"given", []string{"application/json"}, nil},
		{"with a parameter", []string{"Application/JSON; charset=utf-8"}, nil},
		{"with a broken parameter", []string{"application/json; charset"}, nil},
		{"missing", nil, []string{"header Content-Type is required, and must be application/json"}},
		{"empty", []string{""}, []string{"header Content-Type is required, and must be application/json"}},
		{"another", []string{"text/plain"}, []string{"header Content-Type must be application/json"}},
		{"nonsense", []string{";;"}, []string{"header Content-Type must be application/json"}},
		{"twice", []string{"application/json", "application/json"}, []string{"header Content-Type is given 2 times, and one is meant"}},
	} {
		t.Run("Content-Type "+tt.name, func(t *testing.T) {
			r := post(`{"request_data":{"filters":"all"}}`)
			r.Header["Content-Type"] = tt.values
			wantProblems(t, v.ValidateRequest(r), tt.want...)
			// The body's problems are told beside the header's.
			r = post(`{}`)
			r.Header["Content-Type"] = tt.values
			wantProblems(t, v.ValidateRequest(r), append(slices.Clone(tt.want), "body /request_data is required")...)
		})
	}
}

func TestOperation(t *testing.T) {
	const known = "it knows GET " + statusPath + " and POST " + abortPath
	for _, tt := range []struct {
		name, method, url string
		want              string // the first problem; empty where the operation is known
	}{
		{"status", "GET", "https://any.example:444" + statusPath, ""},
		{"net/http's empty method", "", "http://[::1]" + statusPath, ""},
		{"escaped letters", "GET", "https://h/public%5Fapi/netscan/v1/scan/run", ""},
		{"abort", "POST", "https://h" + abortPath, ""},
		{"another path", "GET", "https://h/public_api/v2", "path is not one that the contract knows; " + known},
		{"no path", "GET", "https://h", "path is not one that the contract knows; " + known},
		{"a slash too many", "GET", "https://h" + statusPath + "/", "path is not one that the contract knows; " + known},
		{"two slashes", "GET", "https://h/" + statusPath, "path is not one that the contract knows; " + known},
		{"dots", "GET", "https://h/x/.." + statusPath, "path is not one that the contract knows; " + known},
		{"the wrong case", "GET", "https://h" + strings.ToUpper(statusPath), "path is not one that the contract knows; " + known},
		{"an escaped slash", "GET", "https://h/public_api%2Fnetscan/v1/scan/run", "path is not one that the contract knows; " + known},
		{"opaque", "GET", "mailto:" + statusPath[1:], "path is not one that the contract knows; " + known},
		{"wrong method", "POST", "https://h" + statusPath, "method is not one that " + statusPath + " knows; it knows GET"},
		{"head", "HEAD", "https://h" + statusPath, "method is not one that " + statusPath + " knows; it knows GET"},
		{"small letters", "post", "https://h" + abortPath, "method is not one that " + abortPath + " knows; it knows POST"},
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

func TestBodyWhereNoneIsMeant(t *testing.T) {
	r := get("id=1&fields=status")
	r.Body = io.NopCloser(strings.NewReader("{}"))
	wantProblems(t, validator(t).ValidateRequest(r), "body is not expected: this operation takes none")
	r.Body = io.NopCloser(strings.NewReader(""))
	wantProblems(t, validator(t).ValidateRequest(r))
}

func TestRequestIsLeftAsItWas(t *testing.T) {
	for _, body := range []string{`{"request_data":{"filters":"all"}}`, `{`, ``, strings.Repeat(" ", 8<<20) + "{}"} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"in memory": func(r io.Reader) io.Reader { return r },
			"streamed":  iotest.HalfReader,
		} {
			r, err := http.NewRequest(http.MethodPost, "https://h"+abortPath+"?a=%zz&b=1;2#f", wrap(strings.NewReader(body)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = http.Header{"Content-Type": {"application/json"}, "X-Mine": {" a "}, "user-agent": {"b"}}
			before := r.Clone(t.Context())
			url := *r.URL
			hasGetBody := r.GetBody != nil

			_ = validator(t).ValidateRequest(r)

			if r.Method != before.Method || *r.URL != url || r.ContentLength != before.ContentLength || r.Host != before.Host ||
				(r.GetBody != nil) != hasGetBody || len(r.Header) != 3 || r.Header["X-Mine"][0] != " a " || r.Header["user-agent"][0] != "b" {
				t.Errorf("%s: the request was changed: %+v", name, r)
			}
			if got, err := io.ReadAll(r.Body); err != nil || string(got) != body {
				t.Errorf("%s: body of %d bytes reads as %d bytes, error %v", name, len(body), len(got), err)
			}
			if hasGetBody {
				again, err := r.GetBody()
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(again); err != nil || string(got) != body {
					t.Errorf("%s: GetBody no longer gives the body", name)
				}
			}
		}
	}
	r := get("")
	r.Body = nil
	_ = validator(t).ValidateRequest(r)
	if r.Body != nil {
		t.Error("a body was added")
	}
}

type closeCounter struct {
	io.Reader
	closed int
}

func (c *closeCounter) Close() error { c.closed++; return nil }

func TestBodyTooLong(t *testing.T) {
	body := &closeCounter{Reader: strings.NewReader(strings.Repeat(" ", 8<<20+5))}
	r := post("")
	r.Body, r.ContentLength = body, -1
	wantProblems(t, validator(t).ValidateRequest(r), "body is longer than 8388608 bytes")
	if got, err := io.ReadAll(r.Body); err != nil || len(got) != 8<<20+5 {
		t.Errorf("%d bytes left, error %v", len(got), err)
	}
	if _ = r.Body.Close(); body.closed != 1 {
		t.Errorf("closed %d times", body.closed)
	}
}

func TestBodyUnreadable(t *testing.T) {
	cause := errors.New("MARKER cause")
	r := post("")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"a":`), iotest.ErrReader(cause)))
	wantProblems(t, validator(t).ValidateRequest(r), "body could not be read")
	if got, err := io.ReadAll(r.Body); string(got) != `{"a":` || !errors.Is(err, cause) {
		t.Errorf("body reads as %q, error %v", got, err)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	v := validator(t)
	name := strings.Repeat("\u00e9", 10_000)
	for label, r := range map[string]*http.Request{
		"members":   post(`{"request_data":{"filters":[` + strings.Repeat(`{"x":1},`, 10_000) + `{}]}}`),
		"one name":  post(`{"` + name + `":1}`),
		"twice":     post(`{` + strings.Repeat(`"a":1,`, 10_000) + `"a":1}`),
		"deep name": post(strings.Repeat(`{"`+name[:200]+`":`, 900) + `{"a":1,"a":2}` + strings.Repeat("}", 900)),
		"query":     get(strings.Repeat("x=1&", 10_000)),
		"fields":    get("id=1" + strings.Repeat("&fields=", 10_000)),
		"long name": get(name + "=1"),
	} {
		t.Run(label, func(t *testing.T) {
			err := v.ValidateRequest(r)
			checkViolation(t, err)
			if err == nil {
				t.Fatal("no violation")
			}
		})
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

// Whatever a request holds besides names stays out of every text.
func TestNoValueIsRepeated(t *testing.T) {
	const marker = "MARKER"
	v := validator(t)
	requests := map[string]*http.Request{
		"path":          httptest.NewRequest("GET", "/MARKER/"+statusPath, nil),
		"method":        httptest.NewRequest("MARKER", statusPath, nil),
		"unknown both":  httptest.NewRequest("MARKER", "/MARKER", nil),
		"query":         get("id=MARKER&id=MARKER2&fields=&other=MARKER&%zz=MARKER&semi=MARKER;"),
		"query, once":   get("id=MARKER&fields=MARKER%ff"),
		"syntax":        post(`{"request_data":MARKER}`),
		"trailing":      post(`{"request_data":{"filters":"all"}}MARKER`),
		"escape":        post(`{"request_data":{"filters":"\MARKER"}}`),
		"types":         post(`{"request_data":{"filters":[{"field":["MARKER"],"operator":{"MARKER":"MARKER"},"value":{"a":"MARKER"}},"MARKER"],"incident_id":["MARKER"]}}`),
		"word":          post(`{"request_data":{"filters":"MARKER"}}`),
		"unknown":       post(`{"request_data":{"filters":"all","a":"MARKER"},"b":["MARKER"],"c":{"d":"MARKER"}}`),
		"twice":         post(`{"request_data":{"filters":"all","filters":"MARKER"}}`),
		"numbers":       post(`{"request_data":{"filters":[{"field":111222333,"operator":1.11222333,"value":111222333e30}]}}`),
		"invalid UTF-8": post("{\"request_data\":{\"filters\":\"MARKER\xff\"}}"),
		"fragment":      get("x=1#MARKER"),
	}
	for name, r := range requests {
		r.Header.Set("Authorization", "MARKER")
		r.Header.Set("Content-Type", "MARKER/MARKER")
		r.Header.Add("User-Agent", "MARKER")
		r.Header.Add("User-Agent", "MARKER")
		t.Run(name, func(t *testing.T) {
			err := v.ValidateRequest(r)
			var violation *api.Violation
			if !errors.As(err, &violation) {
				t.Fatal("no violation")
			}
			texts := append(problems(t, err), err.Error(), violation.Operation)
			r.Header.Set("X-XDR-Auth-Id", "MARKER")
			w := httptest.NewRecorder()
			v.Middleware(http.NotFoundHandler()).ServeHTTP(w, r)
			texts = append(texts, w.Body.String())
			for key, values := range w.Header() {
				texts = append(texts, key+strings.Join(values, ""))
			}
			for _, text := range texts {
				if strings.Contains(text, marker) || strings.Contains(text, "11222333") {
					t.Errorf("a value is repeated: %s", text)
				}
			}
			if w.Code < 400 {
				t.Errorf("let through with %d", w.Code)
			}
		})
	}
	bodies := []string{`{"DATA":["MARKER"]}`, `{"DATA":"MARKER"}MARKER`, `MARKER`, `"MARKER"`, `{"DATA":1,"DATA":"MARKER"}`, "\"MARKER\xff"}
	for _, body := range bodies {
		err := v.ValidateResponse(get("id=MARKER"), 200, http.Header{"Content-Type": {"MARKER"}}, bytes.Clone([]byte(body)))
		if err == nil || strings.Contains(err.Error(), marker) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
