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

// checkViolation checks that the strings of a Violation are printable and bounded.
func checkViolation(tb testing.TB, err error) {
	tb.Helper()
	if err == nil {
		return
	}
	var violation *api.Violation
	if !errors.As(err, &violation) {
		tb.Fatalf("%T is not a *Violation", err)
	}
	if n := len(violation.Problems); n == 0 || n > 100 {
		tb.Errorf("%d problems", n)
	}
	checkText(tb, "Error", err.Error(), 2001)
	checkText(tb, "Operation", violation.Operation, 200)
	for _, p := range violation.Problems {
		if p.In == "" || p.Reason == "" {
			tb.Errorf("a problem without place or reason: %+v", p)
		}
		checkText(tb, "In", p.In, 20)
		checkText(tb, "Name", p.Name, 65)
		checkText(tb, "Pointer", p.Pointer, 520)
		checkText(tb, "Reason", p.Reason, 1000)
		if p.Pointer != "" && !strings.HasPrefix(p.Pointer, "/") {
			tb.Errorf("not a pointer: %q", p.Pointer)
		}
	}
}

func checkText(tb testing.TB, what, text string, runes int) {
	tb.Helper()
	if !utf8.ValidString(text) {
		tb.Errorf("%s is not UTF-8: %q", what, text)
	}
	if n := utf8.RuneCountInString(text); n > runes {
		tb.Errorf("%s has %d runes", what, n)
	}
	for _, r := range text {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			tb.Errorf("%s has %U: %q", what, r, text)
		}
	}
}

func TestViolationErrorIsOnePrintableLine(t *testing.T) {
	two := &api.Violation{Problems: []api.Problem{{In: "path", Reason: "is wrong"}, {In: "body", Pointer: "/a", Reason: "is required"}}}
	if want := "unknown operation: path is wrong; body /a is required"; two.Error() != want {
		t.Errorf("got %s, want %s", two.Error(), want)
	}
	v := &api.Violation{Operation: "GET\n/"}
	for range 30 {
		v.Problems = append(v.Problems, api.Problem{In: "query", Name: "a\u202e\xff", Reason: "is\r\nwrong"})
	}
	checkText(t, "Error", v.Error(), 2001)
	if want := "and 20 more"; v.Error()[len(v.Error())-len(want):] != want {
		t.Errorf("got %s", v.Error())
	}
}

func TestProblemsAreBounded(t *testing.T) {
	v := validator(t)
	name := strings.Repeat("\u00e9", 10_000)
	for label, r := range map[string]*http.Request{
		"objects":   post(`{"request_data":{"filters":[` + strings.Repeat(`{"x":1},`, 10_000) + `{}]}}`),
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

// TestReasonsArePrintable: strings of the document can be unprintable and long, too.
func TestReasonsArePrintable(t *testing.T) {
	long := strings.Repeat("long", 1000)
	v := ofOperation(t, `parameters: [{name: n, in: query, schema: {type: string, enum: ["a\u202e\n`+long+`", b, c`+long+`]}}]`)
	err := v.ValidateRequest(send("POST", "/x?n=1", ""))
	checkViolation(t, err)
	if err == nil || !strings.Contains(err.Error(), "\ufffd") {
		t.Errorf("got %v", err)
	}
}

// TestNoValueIsRepeated: a problem may contain names that were sent, but no values.
func TestNoValueIsRepeated(t *testing.T) {
	const marker = "MARKER"
	v := validator(t)
	requests := map[string]*http.Request{
		"path":          httptest.NewRequest("GET", "/MARKER/"+statusPath, nil),
		"method":        httptest.NewRequest("MARKER", statusPath, nil),
		"neither known": httptest.NewRequest("MARKER", "/MARKER", nil),
		"query":         get("id=MARKER&id=MARKER2&fields=&other=MARKER&%zz=MARKER&semi=MARKER;"),
		"known names":   get("id=MARKER&fields=MARKER%ff"),
		"syntax":        post(`{"request_data":MARKER}`),
		"trailing":      post(`{"request_data":{"filters":"all"}}MARKER`),
		"escape":        post(`{"request_data":{"filters":"\MARKER"}}`),
		"types":         post(`{"request_data":{"filters":[{"field":["MARKER"],"operator":{"MARKER":"MARKER"},"value":{"a":"MARKER"}},"MARKER"],"incident_id":["MARKER"]}}`),
		"other string":  post(`{"request_data":{"filters":"MARKER"}}`),
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
			r.Header.Set("X-XDR-Auth-Id", "MARKER")
			w := httptest.NewRecorder()
			v.Middleware(http.NotFoundHandler()).ServeHTTP(w, r)
			shown := fmt.Sprintf("%v %+v %s %v", err, *violation, w.Body, w.Header())
			if strings.Contains(shown, marker) || strings.Contains(shown, "11222333") {
				t.Errorf("a value is repeated: %s", shown)
			}
			if w.Code < 400 {
				t.Errorf("let through with %d", w.Code)
			}
		})
	}
	bodies := []string{`{"DATA":["MARKER"]}`, `{"DATA":"MARKER"}MARKER`, `MARKER`, `"MARKER"`, `{"DATA":1,"DATA":"MARKER"}`, "\"MARKER\xff"}
	for _, body := range bodies {
		err := v.ValidateResponse(get("id=MARKER"), 200, http.Header{"Content-Type": {"MARKER"}}, []byte(body))
		if err == nil || strings.Contains(err.Error(), marker) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
