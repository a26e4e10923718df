package wrapper_test

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// isCleanLine reports whether s is one printable line.
func isCleanLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

func TestErrorsOfTheCallerAreMadePrintable(t *testing.T) {
	dirty := fmt.Errorf("one\ntwo\x1b[31m\u202e%s", strings.Repeat("long ", 2000))
	for name, err := range map[string]error{
		"no response":      operations[0].call(t, t.Context(), newClient(t, failing(dirty), once())),
		"not sent":         operations[0].call(t, endedContext(t, dirty), newClient(t, transport(good))),
		"refused":          operations[0].call(t, t.Context(), newClient(t, transport(good), wrapper.WithRequestValidator(refusing{dirty}))),
		"response refused": operations[0].call(t, t.Context(), newClient(t, transport(good), wrapper.WithResponseValidator(refusing{dirty}))),
	} {
		if text := err.Error(); !isCleanLine(text) || len(text) > 4<<10 || !strings.Contains(text, "one two") {
			t.Errorf("%s: got %d bytes, want one printable line of at most 4 KiB: %q", name, len(text), text)
		}
		if !errors.Is(err, dirty) {
			t.Errorf("%s: errors.Is does not find the cause", name)
		}
	}
}

func endedContext(t *testing.T, cause error) context.Context {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	return ctx
}

// refusing implements RequestValidator and ResponseValidator. It always returns err.
type refusing struct{ err error }

func (v refusing) ValidateRequest(*http.Request) error                            { return v.err }
func (v refusing) ValidateResponse(*http.Request, int, http.Header, []byte) error { return v.err }

// Programs construct such errors in their own tests.
func TestErrorsMadeByHandHaveMessages(t *testing.T) {
	for _, tt := range []struct{ want, got string }{
		{"op: not sent", (&wrapper.TransportError{Operation: "op"}).Error()},
		{"op: no response (2 attempts)", (&wrapper.TransportError{Operation: "op", Attempts: 2, Sent: true}).Error()},
		{"op: Not Found (HTTP 404)", (&wrapper.APIError{Operation: "op", StatusCode: 404}).Error()},
		{"f", wrapper.Detail{Field: "f"}.String()},
		{"f: m", wrapper.Detail{Field: "f", Message: "m"}.String()},
	} {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
	long := strings.Repeat("long ", 2000)
	if text := (&wrapper.APIError{Operation: long, Hint: long}).Error(); len(text) > 4<<10 || !strings.Contains(text, "(HTTP 0)") {
		t.Errorf("got %d bytes, want at most 4 KiB: %s", len(text), text)
	}
}

var update = flag.Bool("update", false, "rewrite testdata/errors.txt")

// testdata/errors.txt lists the errors of this package, so that they can be reviewed together.
func TestErrorMessages(t *testing.T) {
	var page strings.Builder
	section := func(title string) { fmt.Fprintf(&page, "\n%s\n\n", title) }
	last := ""
	add := func(err error) {
		switch {
		case err == nil:
			t.Error("got no error")
		case err.Error() != last:
			last = err.Error()
			fmt.Fprintln(&page, last)
		}
	}
	result := func(_ any, err error) { add(err) }
	newWith := func(tenant string, cred wrapper.Credential, opts ...wrapper.Option) {
		c, err := wrapper.New(tenant, cred, opts...)
		if add(err); c != nil || strings.Contains(err.Error(), testKey) {
			t.Errorf("New returned %v, or its error shows the key: %v", c, err)
		}
	}
	key := wrapper.AdvancedKey(testKeyID, testKey)

	section("New: the tenant")
	for _, tenant := range []string{
		"", "https://", "https://ana:pw@acme.example.org", "https://acme.example.org?a=b", "https://acme.example.org:0", "http://acme.example.org", "ftp://acme.example.org",
		"acme,example", "acme", "192.0.2.1", "paloaltonetworks.com", "https://acme.xdr.us.paloaltonetworks.com/dashboard", "api-api-acme.xdr.us.paloaltonetworks.com", "api-https://acme.xdr.us.paloaltonetworks.com",
	} {
		newWith(tenant, key)
	}
	section("New: the key and the options")
	for _, cred := range []wrapper.Credential{
		{}, wrapper.AdvancedKey("17", ""), wrapper.StandardKey("17", " \t\n\u00a0"), wrapper.AdvancedKey("", testKey),
		wrapper.AdvancedKey("17", testKey+"\nb"), wrapper.StandardKey("17", testKey+"\x7f"), wrapper.AdvancedKey("17", testKey+"\u200b"), wrapper.AdvancedKey("17", "\xff"+testKey),
		wrapper.AdvancedKey(testKey+"\n7", "k"), wrapper.AdvancedKey("17", strings.Repeat("k", 4097)),
		wrapper.AdvancedKey("17", `"`+testKey+`"`), wrapper.AdvancedKey("17", "`"+testKey+"`"), wrapper.AdvancedKey("'17'", testKey), wrapper.AdvancedKey("17", "bearer  "+testKey),
		wrapper.AdvancedKey("17", "\ufeff"+testKey), wrapper.AdvancedKey("\xff\xfe1", testKey), wrapper.AdvancedKey("\xfe\xff1", testKey),
	} {
		newWith(testTenant, cred)
	}
	for _, opt := range []wrapper.Option{
		nil, wrapper.WithUserAgent("a\nb"), wrapper.WithUserAgent("ü/1"), wrapper.WithRetry(wrapper.Retry{BaseDelay: 2, MaxDelay: 1}),
		wrapper.WithRateLimit(math.NaN(), 0), wrapper.WithRateLimit(math.Inf(1), 0), wrapper.WithRateLimit(math.Inf(-1), 0), wrapper.WithRateLimit(1, -1),
	} {
		newWith(testTenant, key, opt)
	}
	result(wrapper.KeyOfType("advancd", "17", "k"))
	setEnv(t, nil)
	result(wrapper.FromEnv())
	for _, path := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		result(wrapper.ReadKeyFile(path))
	}

	section("Requests that are not sent")
	rec := &recorder{next: transport(good)}
	c, refusingClient := newClient(t, rec), newClient(t, rec, wrapper.WithRequestValidator(refusing{errors.New("not like this")}))
	refused := func(err error) {
		wantKinds(t, err, "InvalidRequest")
		add(err)
	}
	for _, targets := range []wrapper.Targets{
		{}, wrapper.Matching(wrapper.Hostnames()), wrapper.Matching(wrapper.Hostnames("a", " ")), wrapper.Matching(wrapper.LastSeenSince(time.Time{})),
		wrapper.Matching(wrapper.Where("", "in", "a")), wrapper.Matching(gen.EndpointFilter{Field: "hostname", Operator: "in", Value: 1.5}),
	} {
		refused(abort(t, c, targets))
	}
	for _, opt := range []wrapper.AbortOption{wrapper.WithIncident("\u00a0\u200b"), {}} {
		refused(abort(t, c, wrapper.AllEndpoints(), wrapper.WithIncident("4711"), opt))
	}
	_, err := c.GetScanRunStatus(t.Context(), 789, "status", "\u200b")
	refused(err)
	for _, op := range operations[:2] {
		refused(op.call(t, t.Context(), refusingClient))
	}
	for _, o := range []wrapper.WaitOptions{{While: []string{"Running"}, Until: []string{" running"}}, {While: []string{"Running", " "}}, {Until: []string{"\u200b"}}} {
		_, err := c.WaitScanRun(t.Context(), 789, o)
		refused(err)
	}
	if len(rec.requests) != 0 {
		t.Errorf("%d requests were sent, want none", len(rec.requests))
	}

	section("Responses")
	const noEndpoint = `{"reply": {"err_code": 500, "err_msg": "An error occurred while processing XDR public API - No endpoint was found for creating the requested action", "err_extra": null}}`
	end := func(op int, rt http.RoundTripper, opts ...wrapper.Option) {
		add(operations[op].call(t, t.Context(), newClient(t, rt, opts...)))
	}
	respond := func(op, status int, body string, header ...string) { end(op, canned(status, body, header...), once()) }
	respond(0, 404, `{"err_msg": "Run ID not found", "metadata": {"err_extra": null}}`)
	respond(0, 400, `{"err_msg": "The request contains invalid or missing parameters", "metadata": {"err_extra": [{"field": "id", "message": "Field required"}]}}`)
	respond(1, 400, `{"err_code": "500", "err_msg": "{\"line\": 1, \"column\": 19, \"message\": \"no viable alternative at input\"}", "err_extra": "e"}`)
	respond(1, 400, `{"err_code": 400, "err_msg": {"line": 1, "column": 0, "message": "m"}}`)
	respond(1, 400, `{"reply": {"err_code": 400, "err_msg": "an empty object is no extra", "err_extra": {}}}`)
	respond(1, 400, `{"err_msg": "two details", "err_extra": [{"field": "a", "message": "b"}, {"message": "c"}]}`)
	respond(0, 422, `{"detail": [{"loc": ["query", "id"], "msg": "the only detail is the message"}]}`)
	respond(0, 599, ``)
	respond(0, 503, `Service Unavailable`)
	end(0, canned(503, "not the first attempt"), noWait())
	respond(1, 502, `It ends with a period.`)
	respond(1, 402, `{"err_code": 402, "err_msg": "It ends with a period."}`)
	respond(1, 401, `{"reply": {"err_code": 401, "err_msg": "Public API request unauthorized", "err_extra": null}}`)
	synctest.Test(t, func(t *testing.T) { // the clock starts at midnight UTC on January 1, 2000
		add(operations[1].call(t, t.Context(), clientWithKey(t, canned(401, `{"reply": {"err_code": 401, "err_msg": "Public API request unauthorized"}}`, "Date", "Sat, 01 Jan 2000 00:10:00 GMT"), keysOfBothTypes[advancedHint])))
	})
	respond(1, 402, ``)
	respond(1, 403, `{"reply": {"err_code": 403, "err_msg": "User not authorized"}}`)
	respond(1, 429, `Too many requests`)
	respond(1, 429, `Too many requests`, "Retry-After", "600")
	respond(1, 429, `Too many requests`, "Retry-After", "1e300")
	respond(1, 500, noEndpoint)
	respond(1, 500, `{"reply": {"err_code": 500, "err_msg": "This feature is not licensed"}}`)
	respond(1, 500, "Internal Server Error\n\n(generated by waitress)")
	respond(1, 502, "<html><head><title>502 Bad Gateway</title></head></html>")
	respond(0, 302, "", "Location", "/login")
	respond(0, 200, "<html><title>Sign in</title></html>")
	respond(0, 200, "")
	respond(0, 200, "[]")
	respond(1, 200, "{}")
	respond(1, 200, `{"reply": {"err_code": 500, "err_msg": "Internal error"}}`)
	respond(1, 200, `{"reply": {"action_id": "7", "err_code": "SUCCESS"}}`)
	end(1, canned(200, strings.Repeat(" ", 100)), wrapper.WithMaxResponseBytes(10))
	end(1, canned(200, goodReply), wrapper.WithResponseValidator(refusing{errors.New("not like this")}))

	section("No response")
	end(1, transport(notSent), noWait())
	add(operations[1].call(t, endedContext(t, errors.New("shutting down")), newClient(t, canned(200, goodReply))))
	end(0, failing(errors.New("connection reset by peer")), noWait())
	end(1, failing(errors.New("connection reset by peer")), noWait())
	end(1, failing(&tls.CertificateVerificationError{Err: errors.New("x509: certificate signed by unknown authority")}))
	synctest.Test(t, func(t *testing.T) {
		end(1, transport(silent), wrapper.WithTimeout(30*time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		add(operations[1].call(t, ctx, newClient(t, transport(silent))))
		add(operations[1].call(t, ctx, newClient(t, transport(silent))))
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		add(operations[0].call(t, ctx, newClient(t, canned(429, "", "Retry-After", "5"))))
		canceled, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Nanosecond, func() { stop(errors.New("shutting down")) })
		add(operations[1].call(t, canceled, newClient(t, transport(notSent), wrapper.WithRetry(wrapper.Retry{BaseDelay: math.MaxInt64}))))
		limited := newClient(t, canned(200, goodStatus), wrapper.WithRateLimit(0.01, 1))
		must(limited.GetScanRunStatus(ctx, 1))
		result(limited.GetScanRunStatus(ctx, 1))
	})

	section("Waiting")
	synctest.Test(t, func(t *testing.T) {
		result(newClient(t, message("Done")).WaitScanRun(t.Context(), 789, wrapper.WaitOptions{}))
		result(newClient(t, message(completed)).WaitScanRun(t.Context(), 789, wrapper.WaitOptions{Until: []string{"Paused"}}))
		ctx, cancel := context.WithTimeout(t.Context(), 58*time.Second) // between two polls
		defer cancel()
		result(newClient(t, message(running)).WaitScanRun(ctx, 789, wrapper.WaitOptions{}))
	})

	const golden = "testdata/errors.txt"
	got := strings.TrimPrefix(page.String(), "\n")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := must(os.ReadFile(golden))
	if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("the errors differ from %s: run go test ./wrapper -run TestErrorMessages -update, and review the difference", golden)
	}
}
