package api_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/api"
)

// checkViolation holds what is promised of every Violation's texts.
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

func TestViolationNamesTheOperation(t *testing.T) {
	err := validator(t).ValidateResponse(post(""), 200, nil, nil)
	want := "POST " + abortPath + ": response body is empty, but the spec documents JSON"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// A Violation that somebody else filled prints as one bounded line all the same.
func TestViolationErrorIsClean(t *testing.T) {
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

// What a document's author wrote is made printable and bounded, too.
func TestReasonsArePrintable(t *testing.T) {
	long := strings.Repeat("long", 1000)
	v := of(t, `  /x: {get: {parameters: [{name: n, in: query, schema: {type: string, enum: ["a\u202e\n`+long+`", b, c`+long+`]}}], responses: {'200': {description: d}}}}`+"\n")
	err := v.ValidateRequest(send("GET", "/x?n=1", "", ""))
	checkViolation(t, err)
	if err == nil || !strings.Contains(err.Error(), "\ufffd") {
		t.Errorf("got %v", err)
	}
}
