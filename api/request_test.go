package api_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
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
		{"another path", "GET", "https://h/public_api/v2", "path is not in the contract" + known},
		{"no path", "GET", "https://h", "path is not in the contract" + known},
		{"a slash too many", "GET", "https://h" + statusPath + "/", "path is not in the contract" + known},
		{"two slashes", "GET", "https://h/" + statusPath, "path is not in the contract" + known},
		{"dots", "GET", "https://h/x/.." + statusPath, "path is not in the contract" + known},
		{"the wrong case", "GET", "https://h" + strings.ToUpper(statusPath), "path is not in the contract" + known},
		{"an escaped slash", "GET", "https://h/public_api%2Fnetscan/v1/scan/run", "path is not in the contract" + known},
		{"opaque", "GET", "mailto:" + statusPath[1:], "path is not in the contract" + known},
		{"wrong method", "POST", "https://h" + statusPath, "method not allowed for " + statusPath + " (only GET)"},
		{"head", "HEAD", "https://h" + statusPath, "method not allowed for " + statusPath + " (only GET)"},
		{"small letters", "post", "https://h" + abortPath, "method not allowed for " + abortPath + " (only POST)"},
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
			r.Header = http.Header{"Content-Type": {"application/json"}, "X-Mine": {" a "}, "X_Odd": {"b"}}
			before := r.Clone(t.Context())
			url := *r.URL
			hasGetBody := r.GetBody != nil

			_ = validator(t).ValidateRequest(r)

			if r.Method != before.Method || *r.URL != url || r.ContentLength != before.ContentLength || r.Host != before.Host ||
				(r.GetBody != nil) != hasGetBody || !reflect.DeepEqual(r.Header, before.Header) {
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

func TestBodyIsClosedOnceRead(t *testing.T) {
	body := &closeCounter{Reader: strings.NewReader(`{"request_data":{"filters":"all"}}`)}
	r := post("")
	r.Body = body
	wantProblems(t, validator(t).ValidateRequest(r))
	if body.closed != 1 {
		t.Errorf("closed %d times", body.closed)
	}
}

func TestBodyUnreadable(t *testing.T) {
	cause := errors.New("MARKER cause")
	r := post("")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"a":`), iotest.ErrReader(cause)))
	wantProblems(t, validator(t).ValidateRequest(r), "body cannot be read")
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
