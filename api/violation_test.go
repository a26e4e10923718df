package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/api"
)

// checkViolation fails the test unless err is a *Violation whose strings are printable and bounded.
func checkViolation(tb testing.TB, err error) *api.Violation {
	tb.Helper()
	violation, ok := errors.AsType[*api.Violation](err)
	if !ok || len(violation.Problems) == 0 || len(violation.Problems) > 100 {
		tb.Fatalf("not a *Violation with up to 100 problems: %v", err)
	}
	checkText(tb, err.Error(), 2001)
	checkText(tb, violation.Operation, 200)
	for _, p := range violation.Problems {
		if p.In == "" || p.Reason == "" || p.Pointer != "" && !strings.HasPrefix(p.Pointer, "/") {
			tb.Errorf("a problem without a place or a reason, or with an invalid pointer: %+v", p)
		}
		checkText(tb, p.In, 20)
		checkText(tb, p.Name, 65)
		checkText(tb, p.Pointer, 520)
		checkText(tb, p.Reason, 1000)
	}
	return violation
}

func checkText(tb testing.TB, text string, limit int) {
	tb.Helper()
	isHidden := func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }
	if n := utf8.RuneCountInString(text); n > limit || !utf8.ValidString(text) || strings.ContainsFunc(text, isHidden) {
		tb.Errorf("not a printable string of at most %d characters, but %d: %q", limit, n, text)
	}
}

func TestViolationErrorIsOnePrintableLine(t *testing.T) {
	two := &api.Violation{Problems: []api.Problem{{In: "path", Reason: "is wrong"}, {In: "body", Pointer: "/a", Reason: "is required"}}}
	if want := "unknown operation: path is wrong; body /a is required"; two.Error() != want {
		t.Errorf("got %s, want %s", two.Error(), want)
	}
	v := &api.Violation{Operation: "GET\n/"}
	for range 11 {
		v.Problems = append(v.Problems, api.Problem{In: "query", Name: "a\u202e\xff", Reason: "is\r\nwrong"})
	}
	checkText(t, v.Error(), 2001)
	if !strings.HasSuffix(v.Error(), "and 1 more") {
		t.Errorf("got %s", v.Error())
	}
}

func TestProblemsAreBounded(t *testing.T) {
	name := strings.Repeat("\u00e9", 10_000)
	for _, r := range []*http.Request{
		post(`{"request_data":{"filters":[` + strings.Repeat(`{"x":1},`, 10_000) + `{}]}}`),
		post(`{"` + name + `":1}`),
		post(`{` + strings.Repeat(`"a":1,`, 10_000) + `"a":1}`),
		post(strings.Repeat(`{"`+name[:200]+`":`, 900) + `{"a":1,"a":2}` + strings.Repeat("}", 900)),
		get(strings.Repeat("x=1&", 10_000)),
		get("id=1" + strings.Repeat("&fields=", 10_000)),
		get(name + "=1"),
	} {
		checkViolation(t, validator(t).ValidateRequest(r))
	}
	// Strings from the document can also be unprintable and long.
	v := ofOperation(t, `parameters: [{name: n, in: query, schema: {type: string, enum: ["a\u202e\n`+name[:2000]+`", b, c`+name+`]}}]`)
	checkViolation(t, v.ValidateRequest(newRequest("POST", "/x?n=1", "")))
}

// Problems may contain names from a request or a response, but no values.
func TestNoValueIsRepeated(t *testing.T) {
	const marker = "MARKER"
	v := validator(t)
	requests := map[string]*http.Request{
		"path":          httptest.NewRequest("GET", "/MARKER/"+statusPath, nil),
		"method":        httptest.NewRequest("MARKER", statusPath, nil),
		"query":         get("id=MARKER&id=MARKER2&fields=&other=MARKER&%zz=MARKER&semi=MARKER;"),
		"known names":   get("id=MARKER&fields=MARKER%ff"),
		"syntax":        post(`{"request_data":MARKER}`),
		"trailing":      post(`{"request_data":{"filters":"all"}}MARKER`),
		"types":         post(`{"request_data":{"filters":[{"field":["MARKER"],"operator":{"MARKER":"MARKER"},"value":{"a":"MARKER"}},"MARKER"],"incident_id":["MARKER"]}}`),
		"other string":  post(`{"request_data":{"filters":"MARKER"}}`),
		"unknown":       post(`{"request_data":{"filters":"all","a":"MARKER"},"b":["MARKER"],"c":{"d":"MARKER"}}`),
		"twice":         post(`{"request_data":{"filters":"all","filters":"MARKER"}}`),
		"numbers":       post(`{"request_data":{"filters":[{"field":111222333,"operator":1.11222333,"value":111222333e30}]}}`),
		"invalid UTF-8": post("{\"request_data\":{\"filters\":\"MARKER\xff\"}}"),
	}
	for name, r := range requests {
		r.Header.Set("Authorization", "MARKER")
		r.Header.Set("Content-Type", "MARKER/MARKER")
		r.Header.Add("User-Agent", "MARKER")
		r.Header.Add("User-Agent", "MARKER")
		t.Run(name, func(t *testing.T) {
			err := v.ValidateRequest(r)
			violation := checkViolation(t, err)
			r.Header.Set("X-XDR-Auth-Id", "MARKER")
			w := httptest.NewRecorder()
			v.Middleware(http.NotFoundHandler()).ServeHTTP(w, r)
			shown := fmt.Sprintf("%v %+v %s %v", err, lines(violation.Problems), w.Body, w.Header())
			if strings.Contains(shown, marker) || strings.Contains(shown, "11222333") {
				t.Errorf("a value is repeated: %s", shown)
			}
			if w.Code < 400 {
				t.Errorf("got the status %d, want an error", w.Code)
			}
		})
	}
	bodies := []string{`{"DATA":["MARKER"]}`, `{"DATA":"MARKER"}MARKER`, `MARKER`, `"MARKER"`, `{"DATA":1,"DATA":"MARKER"}`, "\"MARKER\xff"}
	for _, body := range bodies {
		err := v.ValidateResponse(get("id=MARKER"), 200, http.Header{"Content-Type": {"MARKER"}}, []byte(body))
		if err == nil || strings.Contains(err.Error(), marker) {
			t.Errorf("%s: got %v, want an error without values", body, err)
		}
	}
}
