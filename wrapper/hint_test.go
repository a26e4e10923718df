package wrapper_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

const (
	standardHint = "sent as a Standard key"
	advancedHint = "signed for an Advanced key"
	consoleHint  = "looks like the console"
	envelope401  = `{"reply": {"err_code": 401, "err_msg": "Public API request unauthorized", "err_extra": null}}`
	consolePage  = "\ufeff\n<!DOCTYPE html><HTML><title>Sign in</title></HTML>"
)

var keysOfBothTypes = map[string]wrapper.Credential{
	standardHint: wrapper.StandardKey(testKeyID, testKey),
	advancedHint: wrapper.AdvancedKey(testKeyID, testKey),
}

// TestHints: a hint is one sentence that says what to try, and ends the error's text.
func TestHints(t *testing.T) {
	none := []string{"none"}
	for _, tt := range []struct {
		name   string
		status int
		body   string
		header []string
		want   []string // parts of the hint; empty: the key's
	}{
		{"401", 401, envelope401, nil, nil},
		{"401 of another form", 401, "Unauthorized", nil, nil},
		{"401 without a body", 401, "", nil, nil},
		{"401 as a page", 401, consolePage, nil, nil},
		{"401 in a 200", 200, envelope401, nil, nil},
		{"402", 402, `{"err_msg": "m"}`, nil, []string{"license does not cover this operation"}},
		{"403", 403, `{"err_msg": "m"}`, nil, []string{"role lacks the permission that this operation needs"}},
		{"302", 302, "", []string{"Location", "https://acme.xdr.us.paloaltonetworks.com/login"}, []string{consoleHint, "begins with api-"}},
		{"307", 307, "", []string{"Location", "/login"}, []string{consoleHint}},
		{"300", 300, "", []string{"Location", "/login"}, []string{consoleHint}},
		{"399", 399, "", []string{"Location", "/login"}, []string{consoleHint}},
		{"a page for an answer", 200, consolePage, nil, []string{consoleHint}},
		{"a page of status 299", 299, "<html>", nil, []string{consoleHint}},
		{"nothing matched", 500, `{"err_msg": "No endpoint was found for creating the requested action"}`, nil, []string{"Check the values of the filters"}},
		{"302 to nowhere", 302, "", nil, none},
		{"304", 304, "", nil, none},
		{"400 that names a place", 400, "", []string{"Location", "/login"}, none},
		{"418 that names a place", 418, "", []string{"Location", "/login"}, none},
		{"a page for a 418", 418, consolePage, nil, none},
		{"400 that speaks of a license", 400, `{"err_msg": "not licensed"}`, nil, none},
		{"500 in an envelope", 500, `{"err_msg": "m"}`, nil, none},
		{"XML for an answer", 200, "<error/>", nil, none},
		{"text for an answer", 200, "OK <html>", nil, none},
		{"another shape", 200, "[]", nil, none},
		{"a page for an error", 502, consolePage, nil, none},
		{"400", 400, "", nil, none}, {"404", 404, "", nil, none}, {"500", 500, "", nil, none},
	} {
		for _, op := range operations[:2] {
			for own, cred := range keysOfBothTypes {
				t.Run(fmt.Sprintf("%s/%s/%s", tt.name, op.name, own), func(t *testing.T) {
					e := apiError(t, op.call(t, t.Context(), clientWithKey(t, canned(tt.status, tt.body, tt.header...), cred, once())))
					want := tt.want
					if want == nil {
						want = []string{own}
					}
					if want[0] == "none" {
						if e.Hint != "" {
							t.Errorf("hint %q, want none", e.Hint)
						}
						return
					}
					for _, part := range want {
						if !strings.Contains(e.Hint, part) {
							t.Errorf("hint %q, want %q in it", e.Hint, part)
						}
					}
					if !strings.HasSuffix(e.Error(), " "+e.Hint) || strings.Count(e.Hint, ".") != 1 || !strings.HasSuffix(e.Hint, ".") {
						t.Errorf("the hint %q is not one sentence at the end of %q", e.Hint, e)
					}
				})
			}
		}
	}
}

// TestClockHint: a clock that is wrong by more than a minute spoils the signature of an Advanced key, and of it
// alone.
func TestClockHint(t *testing.T) {
	for _, tt := range []struct {
		name string
		date func(time.Time) string
		want string
	}{
		{"right", func(t time.Time) string { return httpDate(t) }, advancedHint},
		{"a minute ahead", func(t time.Time) string { return httpDate(t.Add(-time.Minute)) }, advancedHint},
		{"a minute behind", func(t time.Time) string { return httpDate(t.Add(time.Minute)) }, advancedHint},
		{"more ahead", func(t time.Time) string { return httpDate(t.Add(-61 * time.Second)) }, "clock is 1m1s ahead of the service's"},
		{"more behind", func(t time.Time) string { return httpDate(t.Add(61 * time.Second)) }, "clock is 1m1s behind the service's"},
		{"hours behind", func(t time.Time) string { return httpDate(t.Add(9 * time.Hour)) }, "clock is 9h behind the service's"},
		{"another form of date", func(t time.Time) string { return t.Add(-time.Hour).UTC().Format(time.RFC850) }, "clock is 1h ahead"},
		{"no date", func(time.Time) string { return "" }, advancedHint},
		{"nonsense", func(time.Time) string { return "yesterday" }, advancedHint},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := canned(401, envelope401, "Date", tt.date(time.Now()))
				for own, cred := range keysOfBothTypes {
					want := tt.want
					if own == standardHint {
						want = standardHint
					}
					e := apiError(t, operations[0].call(t, t.Context(), clientWithKey(t, rt, cred)))
					if !strings.Contains(e.Hint, want) {
						t.Errorf("%s: hint %q, want %q in it", own, e.Hint, want)
					}
				}
			})
		})
	}
}

func httpDate(t time.Time) string { return t.UTC().Format(http.TimeFormat) }
