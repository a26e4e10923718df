package api_test

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

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
		{"cut off in an escape", `{"request_data":{"filters":"\u00`, []string{noJSON + ": it ends too early"}},
		{"no quotes", `{request_data:{}}`, []string{noJSON + " at byte 1"}},
		{"a comma too many", `{"request_data":{"filters":"all",}}`, []string{noJSON + " at byte 32"}},
		{"a comma too many in a list", `{"request_data":{"filters":["a",]}}`, []string{noJSON + " at byte 31"}},
		{"a bare newline in a string", "{\"request_data\":{\"filters\":\"al\nl\"}}", []string{noJSON + " at byte 30"}},
		{"an unknown escape", `{"request_data":{"filters":"\all"}}`, []string{noJSON + " at byte 28"}},
		{"no number", filter(`{"field":"x","operator":"gte","value":01}`), []string{noJSON + " at byte 67"}},
		{"not a number", filter(`{"field":"x","operator":"gte","value":NaN}`), []string{noJSON + " at byte 66"}},
		{"byte order mark", "\ufeff{}", []string{noJSON + ": it begins with a byte order mark"}},
		{"another value after it", `{"request_data":{"filters":"all"}}{}`, []string{"body has data after its JSON value, at byte 34"}},
		{"invalid UTF-8", "{\"request_data\":{\"filters\":\"all\",\"incident_id\":\"\xff\"}}", []string{"body is not valid UTF-8"}},
		{"invalid UTF-8 and no JSON", "\xff", []string{"body is not valid UTF-8", noJSON + " at byte 0"}},
		{"too deep", strings.Repeat("[", 1_000_000), []string{"body is nested deeper than 1000 levels"}},
		{"too deep, in objects", strings.Repeat(`{"a":`, 1_000_000), []string{"body is nested deeper than 1000 levels"}},
		{"deep and unknown", `{"request_data":{"filters":"all"},"x":` + strings.Repeat("[", 900) + strings.Repeat("]", 900) + `}`,
			[]string{"body /x is not a known property (known: request_data); the service would ignore it"}},

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
		{"incident a number, as published clients send it", `{"request_data":{"filters":"all","incident_id":4711}}`, nil},
		{"incident a boolean", `{"request_data":{"filters":"all","incident_id":true}}`, []string{"body /request_data/incident_id must be a string or an integer, not a boolean"}},
		{"the wrong case", `{"Request_Data":{"filters":"all"}}`, []string{
			"body /Request_Data is not a known property (known: request_data); the service would ignore it",
			"body /request_data is required",
		}},

		{"a filter with nothing", filter(`{}`), []string{
			"body /request_data/filters/0/field is required",
			"body /request_data/filters/0/operator is required",
			"body /request_data/filters/0/value is required",
		}},
		{"the second filter mistyped", filter(`{"field":"hostname","operator":"in","value":["a"]},{"field":"alias","operater":"in","value":["a"]}`), []string{
			"body /request_data/filters/1/operater is not a known property (known: field, operator, value); the service would ignore it",
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
			"body has data after its JSON value, at byte 85",
			"body /request_data/filters/0/field is required",
			"body /request_data/filters/0/operator must not be empty",
			"body /request_data/filters/0/value " + noValue + ", not an object",
			"body /request_data/incident is not a known property " + members(t, "AbortScanRequestData") + "; the service would ignore it",
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

// TestInt64IsExact: one rule applies to a body and to a parameter.
func TestInt64IsExact(t *testing.T) {
	const outside = "must be between -9223372036854775808 and 9223372036854775807"
	for number, want := range map[string]string{
		"0": "", "9007199254740993": "", "22519813685366": "",
		"9223372036854775807": "", "-9223372036854775808": "", "9.223372036854775807e18": "",
		"9223372036854775808": outside, "-9223372036854775809": outside, "9.223372036854775808e18": outside,
		"10000000000000000000": outside, "1e19": outside, "-1e300": outside,
		"1e400": "must be a list of at least one string, a string or an integer, not a number that is out of range",
	} {
		t.Run(number, func(t *testing.T) {
			v := validator(t)
			var body, query []string
			if want != "" {
				body = []string{"body /request_data/filters/0/value " + want}
			}
			wantProblems(t, v.ValidateRequest(post(`{"request_data":{"filters":[{"field":"last_seen","operator":"gte","value":`+number+`}]}}`)), body...)
			if want != "" {
				query = []string{"query id " + strings.Replace(want, "a list of at least one string, a string or ", "", 1)}
			}
			wantProblems(t, v.ValidateRequest(get("fields=status&id="+number)), query...)
		})
	}
}

func TestBodyWhereNoneIsMeant(t *testing.T) {
	r := get("id=1&fields=status")
	r.Body = io.NopCloser(strings.NewReader("{}"))
	wantProblems(t, validator(t).ValidateRequest(r), "body is not allowed for this operation")
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
	wantProblems(t, validator(t).ValidateRequest(r), "body can't be read")
	if got, err := io.ReadAll(r.Body); string(got) != `{"a":` || !errors.Is(err, cause) {
		t.Errorf("body reads as %q, error %v", got, err)
	}
}
