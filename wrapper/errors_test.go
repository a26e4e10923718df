package wrapper_test

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
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

var update = flag.Bool("update", false, "rewrite the files in testdata")

// page lists error messages.
type page struct {
	strings.Builder
	last string
}

func (p *page) section(title string) { fmt.Fprintf(p, "\n%s\n\n", title) }

// add writes the message of err, unless it is the same as the last one.
func (p *page) add(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		t.Error("got no error")
	} else if err.Error() != p.last {
		p.last = err.Error()
		fmt.Fprintln(p, p.last)
	}
}

// compare compares the page with a file.
func (p *page) compare(t testing.TB, file string) {
	got := strings.TrimPrefix(p.String(), "\n")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := strings.ReplaceAll(string(must(os.ReadFile(file))), "\r\n", "\n")
	if got == want {
		return
	}
	is, was, i := strings.Split(got, "\n"), strings.Split(want, "\n"), 0
	for i < min(len(is), len(was))-1 && is[i] == was[i] {
		i++
	}
	t.Errorf("%s differs in line %d: run go test ./wrapper -update, and review the difference\ngot  %s\nwant %s", file, i+1, is[i], was[i])
}

// The files in testdata list the errors of this package, so that they can be reviewed together.
func TestErrorMessages(t *testing.T) {
	page := &page{}
	add := func(err error) { t.Helper(); page.add(t, err) }
	result := func(_ any, err error) { add(err) }
	newWith := func(tenant string, cred wrapper.Credential, opts ...wrapper.Option) {
		c, err := wrapper.New(tenant, cred, opts...)
		if add(err); c != nil || strings.Contains(err.Error(), testKey) {
			t.Errorf("New returned %v, or its error shows the key: %v", c, err)
		}
	}
	key := wrapper.AdvancedKey(testKeyID, testKey)

	page.section("New: the tenant")
	for _, tenant := range []string{
		"", "https://", "https://ana:pw@acme.example.org", "https://acme.example.org?a=b", "https://acme.example.org:0", "http://acme.example.org", "ftp://acme.example.org",
		"acme,example", "acme", "192.0.2.1", "paloaltonetworks.com", "https://acme.xdr.us.paloaltonetworks.com/dashboard", "api-api-acme.xdr.us.paloaltonetworks.com", "api-https://acme.xdr.us.paloaltonetworks.com",
	} {
		newWith(tenant, key)
	}
	page.section("New: the key and the options")
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

	page.section("No response")
	// If any attempt may have reached the service, Sent is true, and the outcome of a request with an effect is unknown.
	unanswered := func(ctx context.Context, shown int, kinds string, responses ...transport) {
		t.Helper()
		for i, op := range operations {
			rec := polls(responses...)
			err := op.call(t, ctx, newClient(t, rec, noWait()))
			wantKinds(t, err, op.kinds(kinds)...)
			e, ok := errors.AsType[*wrapper.TransportError](err)
			if !ok || e.Operation != op.what || e.Attempts != len(rec.requests) || e.Sent != (kinds != "") {
				t.Errorf("got %+v after %d requests, want Sent: %v", err, len(rec.requests), kinds != "")
			}
			if i == shown {
				add(err)
			}
		}
	}
	ctx, reset, closed, nothing := t.Context(), failing(errors.New("connection reset by peer")), failing(io.EOF), failing(nil)
	const unknown = "OutcomeUnknown"
	unanswered(endedContext(t, errors.New("shutting down")), 1, "")
	unanswered(ctx, 1, "", notSent, notSent, notSent)
	unanswered(ctx, 1, "", canned(429, ""), notSent, notSent)
	unanswered(ctx, 0, unknown, reset, reset, reset)
	unanswered(ctx, 1, unknown, reset, reset, reset)
	unanswered(ctx, 0, unknown, reset, notSent, notSent)
	unanswered(ctx, 1, unknown, canned(429, ""), closed, closed)
	unanswered(ctx, 1, unknown, nothing, nothing, nothing)
	unanswered(ctx, 1, "", failing(&tls.CertificateVerificationError{Err: errors.New("x509: certificate signed by unknown authority")}))
	synctest.Test(t, func(t *testing.T) {
		end := func(ctx context.Context, op int, rt transport, opts ...wrapper.Option) {
			add(operations[op].call(t, ctx, newClient(t, rt, opts...)))
		}
		end(t.Context(), 1, silent, wrapper.WithTimeout(30*time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		end(ctx, 1, silent)
		end(ctx, 1, silent)
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		end(ctx, 0, canned(429, "", "Retry-After", "5"))
		canceled, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Nanosecond, func() { stop(errors.New("shutting down")) })
		end(canceled, 1, notSent, wrapper.WithRetry(wrapper.Retry{BaseDelay: math.MaxInt64}))
		limited := newClient(t, canned(200, goodStatus), wrapper.WithRateLimit(0.01, 1))
		must(limited.GetScanRunStatus(ctx, 1))
		result(limited.GetScanRunStatus(ctx, 1))
	})

	page.section("Waiting")
	synctest.Test(t, func(t *testing.T) {
		result(newClient(t, message("Done")).WaitScanRun(t.Context(), 789, wrapper.WaitOptions{}))
		result(newClient(t, message(completed)).WaitScanRun(t.Context(), 789, wrapper.WaitOptions{Until: []string{"Paused"}}))
		ctx, cancel := context.WithTimeout(t.Context(), 58*time.Second) // between two polls
		defer cancel()
		result(newClient(t, message(running)).WaitScanRun(ctx, 789, wrapper.WaitOptions{}))
	})

	page.compare(t, "testdata/errors.txt")
}

// Nothing is sent if a request is invalid. Above all, an abort without targets never selects all endpoints.
func TestInvalidRequestsAreNotSent(t *testing.T) {
	page, rec := &page{}, &recorder{next: transport(good)}
	c, refusingClient := newClient(t, rec), newClient(t, rec, wrapper.WithRequestValidator(refusing{errors.New("not like this")}))
	refused := func(err error) {
		t.Helper()
		if wantKinds(t, err, "InvalidRequest"); len(rec.requests) != 0 {
			t.Errorf("the request was sent: %v", err)
		}
		page.add(t, err)
	}
	page.section("Targets")
	for _, filters := range [][]gen.EndpointFilter{
		nil, {wrapper.Hostnames("laptop-17"), wrapper.GroupNames()}, {wrapper.Hostnames("a", "", "b")}, {wrapper.Hostnames("a", " ")},
		{wrapper.LastSeenSince(time.Time{})}, {wrapper.FirstSeenSince(time.UnixMilli(0))}, {wrapper.Where(" ", "in", "a")}, {wrapper.Where("hostname", "\u200b", "a")},
		{{Field: "hostname", Operator: "in"}}, {{Field: "hostname", Operator: "in", Value: " "}}, {{Field: "first_seen", Operator: "gte", Value: 0}}, {{Field: "first_seen", Operator: "gte", Value: 1.5}},
	} {
		refused(abort(t, c, wrapper.Matching(filters...)))
	}
	refused(abort(t, c, wrapper.Targets{}))
	page.section("Other requests")
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
	page.compare(t, "testdata/requests.txt")
}
