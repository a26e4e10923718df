package wrapper_test

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

// The HTTP status alone determines the kind of an error. doc.go lists the responses whose outcome is known.
func TestStatusDecidesKindAndOutcome(t *testing.T) {
	definite := documentedDefinite(t)
	bodies := []struct {
		name, body string
		envelope   bool // an envelope of the service makes a 500 definite
		open       bool // the body makes the outcome unknown at every status
	}{
		{"empty", "", false, false},
		{"an envelope", `{"reply": {"err_code": 500, "err_msg": "m", "err_extra": null}}`, true, false},
		{"code 504", `{"reply": {"err_code": "504", "err_msg": "m"}}`, true, true},
		{"a code that is a word", `{"errorCode": "E", "message": "m"}`, true, false},
		{"code 100", `{"err_code": 100, "err_msg": "m"}`, true, false},
		{"code 504 in another spelling", `{"err_code": " 5.04e2 ", "err_msg": "m"}`, true, true},
		{"a code that overflows", `{"reply": {"err_code": 1e999, "err_msg": "m"}}`, true, true},
		{"a code that is truncated", `{"reply": {"err_code": 504.` + strings.Repeat("0", 200) + `, "err_msg": "m"}}`, true, true},
		{"an action", goodReply, false, true},
		{"an action and an error", `{"reply": {"action_id": 7, "err_code": 400, "err_msg": "m"}}`, true, true},
		{"plain text", "Internal Server Error", false, false},
		{"JSON from a gateway", `{"message": "Forbidden"}`, false, false},
		{"JSON that is cut off", `{"reply": {"err_code": 4`, false, false},
	}
	for status := range 1000 {
		if isSuccess := status >= 200 && status <= 299; isSuccess || status > 600 && status < 999 {
			continue
		}
		for i, tt := range bodies {
			if i > 2 && !slices.Contains([]int{0, 302, 303, 400, 408, 500, 501, 503, 999}, status) {
				break // three bodies are enough for the other statuses
			}
			for _, op := range operations[:2] {
				err := op.call(t, t.Context(), newClient(t, canned(status, tt.body), once()))
				want := []string{documentedKind(status)}
				if op.effect && (tt.open || !definite[status] && !(status == 500 && tt.envelope)) {
					want = append(want, "OutcomeUnknown")
				}
				wantKinds(t, err, want...)
				if e := apiError(t, err); e.StatusCode != status || string(e.Body) != tt.body {
					t.Errorf("got the status %d and the body %q", e.StatusCode, e.Body)
				}
				if t.Failed() {
					t.Fatalf("that was the status %d, %s, %s", status, tt.name, op.name)
				}
			}
		}
	}
	// A code of 400 or more in the body determines the outcome as a status does. The exception is 500: the outcome is known.
	for _, status := range []int{200, 400, 500} {
		for code := 300; code <= 700; code++ {
			body := fmt.Sprintf(`{"reply": {"err_code": %d, "err_msg": "m"}}`, code)
			err := operations[1].call(t, t.Context(), newClient(t, canned(status, body)))
			if want := code >= 400 && code != 500 && !definite[code]; errors.Is(err, wrapper.ErrOutcomeUnknown) != want {
				t.Errorf("%d, code %d: got %v, want an unknown outcome: %v", status, code, err, want)
			}
		}
	}
}

// documentedKind returns the kind that the package documents for a status outside 2xx.
func documentedKind(status int) string {
	if status >= 500 && status <= 599 {
		return "Server"
	}
	return cmp.Or(map[int]string{
		400: "BadRequest", 422: "BadRequest", 401: "Unauthorized", 402: "NoLicense", 403: "Forbidden", 404: "NotFound", 429: "RateLimited",
	}[status], "Unexpected")
}

// documentedDefinite returns the statuses that doc.go lists as definite for every body.
func documentedDefinite(t testing.TB) map[int]bool {
	t.Helper()
	definite := map[int]bool{}
	list := strings.Join(documented(t, "# Unknown outcomes")[:2], " ")
	for _, found := range regexp.MustCompile(`\b(\d+)(?:-(\d+))? `).FindAllStringSubmatch(list, -1) {
		first, last := must(strconv.Atoi(found[1])), must(strconv.Atoi(cmp.Or(found[2], found[1])))
		for status := first; status <= last; status++ {
			definite[status] = true
		}
	}
	if len(definite) < 100 {
		t.Fatalf("doc.go lists %d statuses, want at least 100", len(definite))
	}
	return definite
}

// documented returns the lines of the first code block below a heading of doc.go.
func documented(t testing.TB, heading string) []string {
	t.Helper()
	raw := must(os.ReadFile("doc.go"))
	_, section, _ := strings.Cut(strings.ReplaceAll(string(raw), "\r\n", "\n"), "// "+heading+"\n")
	_, block, found := strings.Cut(section, "//\t")
	if !found {
		t.Fatalf("doc.go has no list below %q", heading)
	}
	block, _, _ = strings.Cut(block, "\n//\n")
	return strings.Split(block, "\n//\t")
}

// notSent fails as net/http does when it can't connect.
func notSent(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GetConn("a:1")
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}
}

// cutOff sends a response whose body ends in an error.
func cutOff(status int, body string, err error) transport {
	return func(r *http.Request) (*http.Response, error) {
		res := response(r, status, "")
		res.Body, res.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader(body), iotest.ErrReader(err))), -1
		return res, nil
	}
}

// The rows are those of the table in doc.go.
func TestRetriesAreAsDocumented(t *testing.T) {
	statuses := func(statuses ...int) (rts []transport) {
		for _, status := range statuses {
			rts = append(rts, canned(status, ""), cutOff(status, "{", io.ErrUnexpectedEOF))
		}
		return rts
	}
	everythingElse := append(
		statuses(0, 101, 199, 300, 302, 303, 399, 400, 401, 403, 404, 408, 409, 422, 425, 430, 499, 500, 501, 505, 520, 524, 599, 600, 999),
		canned(200, "{"))
	// A gateway may send a 429 after it has forwarded the request.
	passedOn := []transport{canned(429, `{"reply": {"action_id": "7", "err_code": 429}}`), canned(429, `{"reply": {"err_code": 504, "err_msg": "m"}}`)}
	rows := []struct {
		documented string
		rts        []transport
		get, other int // how many times a request is sent
	}{
		{"the request was not sent                retried   retried", []transport{notSent}, 3, 3},
		{"  (except after a refused TLS handshake)", []transport{failing(&tls.CertificateVerificationError{Err: errors.New("unknown authority")})}, 1, 1},
		{"sent, but no complete response arrived  retried   no: it may have been executed",
			[]transport{failing(io.EOF), silent, cutOff(200, "{", io.ErrUnexpectedEOF), cutOff(299, "{", io.ErrUnexpectedEOF)}, 3, 1},
		{"429                                     retried   retried: it was refused", append(statuses(429), canned(429, `{"reply": {"err_code": 429, "err_msg": "m"}}`)), 3, 3},
		{"502 503 504                             retried   no", append(statuses(502, 503, 504), passedOn...), 3, 1},
		{"everything else, 500 and 401 included   no        no", everythingElse, 1, 1},
	}
	table := documented(t, "# Retries")
	if len(table) != 1+len(rows) {
		t.Fatalf("doc.go has %d rows, want %d: %q", len(table)-1, len(rows), table)
	}
	for i, row := range rows {
		if table[i+1] != row.documented {
			t.Errorf("doc.go has the row %q, want %q", table[i+1], row.documented)
		}
		for j, rt := range row.rts {
			for _, op := range operations {
				rec, want := &recorder{next: rt}, row.get
				if op.effect {
					want = row.other
				}
				_ = op.call(t, t.Context(), newClient(t, rec, noWait(), wrapper.WithTimeout(time.Millisecond)))
				if len(rec.requests) != want {
					t.Errorf("%s, %d, %s: sent %d times, want %d", row.documented, j+1, op.name, len(rec.requests), want)
				}
			}
		}
	}
}

// Every operation returns an error with the kinds of the row. Only operations with an effect return ErrOutcomeUnknown.
// CheckResponse returns the same error as API(). testdata/responses.txt lists the errors, so that they can be reviewed together.
func TestKindsOfResponses(t *testing.T) {
	const (
		limit      = 50 // of the group "Too large", in bytes
		refused    = `{"reply": {"err_code": 500, "err_msg": "m"}}`
		noEndpoint = "An error occurred while processing XDR public API - No endpoint was found for creating the requested action"
		server     = "Server OutcomeUnknown"
		unknown    = "Unexpected OutcomeUnknown"
	)
	page := &page{}
	cred := keysOfBothTypes["Standard"]
	// fail calls the operations. It adds the error of one of them to the page, and returns the request and the error of the last.
	fail := func(ops []operation, shown, status int, kinds, body string, rt transport, opts ...wrapper.Option) (sent *http.Request, err error) {
		t.Helper()
		for i, op := range ops {
			rec := &recorder{next: rt}
			err = op.call(t, t.Context(), clientWithKey(t, rec, cred, opts...))
			wantKinds(t, err, op.kinds(kinds)...)
			if e := apiError(t, err); e.StatusCode != status || string(e.Body) != body[:min(len(body), 64<<10)] || e.Operation != op.what || e.Attempts != len(rec.requests) || e.Attempts > 1 && status != 503 {
				t.Errorf("got the status %d, the operation %q, %d attempts, and %d of %d bytes of the body", e.StatusCode, e.Operation, e.Attempts, len(e.Body), len(body))
			}
			if i == shown {
				page.add(t, err)
			}
			sent = rec.requests[0]
		}
		return sent, err
	}
	// respond calls all operations, and adds the error of operations[shown] to the page.
	respond := func(shown, status int, kinds, body string, header ...string) {
		t.Helper()
		rt := canned(status, body, header...)
		sent, want := fail(operations, shown, status, kinds, body, rt, once())
		got := wrapper.CheckResponse(must(rt(sent)), []byte(body))
		wantKinds(t, got, kindsOf(want)...)
		if fmt.Sprint(got) != fmt.Sprint(want) || !reflect.DeepEqual(apiError(t, got).Header, apiError(t, want).Header) {
			t.Errorf("CheckResponse:\ngot  %+v\nwant %+v", got, want)
		}
	}

	page.section("An error status")
	respond(0, 404, "NotFound", `{"err_msg": "Run ID not found", "metadata": {"err_extra": null}}`)
	respond(0, 400, "BadRequest", `{"err_msg": "The request contains invalid or missing parameters", "metadata": {"err_extra": [{"field": "id", "message": "Field required"}]}}`)
	respond(1, 400, "BadRequest", `{"err_code": "500", "err_msg": "{\"line\": 1, \"column\": 19, \"message\": \"no viable alternative at input\"}", "err_extra": "e"}`)
	respond(1, 400, "BadRequest", `{"err_code": 400, "err_msg": {"line": 1, "column": 0, "message": "m"}}`)
	respond(1, 400, "BadRequest", `{"reply": {"err_code": 400, "err_msg": "an empty object is no extra", "err_extra": {}}}`)
	respond(1, 400, "BadRequest", `{"err_msg": "two details", "err_extra": [{"field": "a", "message": "b"}, {"message": "c"}]}`)
	respond(1, 400, "BadRequest", `{"err_msg": "not licensed, which only a 500 explains"}`)
	respond(1, 400, "BadRequest", ``, "Location", "/login")
	respond(0, 422, "BadRequest", `{"detail": [{"loc": ["query", "id"], "msg": "the only detail is the message"}]}`)
	respond(1, 402, "NoLicense", ``)
	respond(1, 402, "NoLicense", `{"err_code": 402, "err_msg": "It ends with a period."}`)
	respond(1, 418, unknown, consolePage)
	respond(1, 429, "RateLimited", `Too many requests`)
	respond(1, 429, "RateLimited", `Too many requests`, "Retry-After", "600")
	respond(1, 429, "RateLimited", `Too many requests`, "Retry-After", "1e300")
	respond(1, 500, "Server", `{"reply": {"err_code": 500, "err_msg": "This feature is not licensed"}}`)
	respond(1, 500, "Server", `{"reply": {"err_code": 500, "err_msg": "m", "err_extra": "missing licence"}}`)
	respond(1, 500, "Server", `{"err_msg": "m", "metadata": {"err_extra": [{"message": "No License"}]}}`)
	respond(1, 500, "Server", refused)
	respond(1, 502, server, `It ends with a period.`)
	respond(0, 503, server, `Service Unavailable`)
	fail(operations, 0, 503, server, "not the first attempt", canned(503, "not the first attempt"), noWait())
	respond(0, 599, server, ``)

	page.section("From a gateway, a proxy or a login page")
	respond(0, 403, "Forbidden", "<html><title>Access denied</title></html>")
	respond(1, 403, "Forbidden", `{"message": "Forbidden"}`)
	respond(1, 403, "Forbidden", `{"reply": {"err_code": 403, "err_msg": "User not authorized"}}`) // from the service
	respond(1, 404, "NotFound", "<html><h1>Not Found</h1></html>")
	respond(1, 500, server, "Internal Server Error\n\n(generated by waitress)")
	respond(1, 502, server, "<html><head><title>502 Bad Gateway</title></head></html>")
	respond(1, 502, server, consolePage)
	respond(0, 300, "Unexpected", "", "Location", "/login")
	respond(1, 302, "Unexpected", "", "Location", "/login")
	respond(1, 302, "Unexpected", "")
	respond(1, 303, unknown, "", "Location", "/login") // a 303 can follow a request that was executed
	respond(0, 399, "Unexpected", "", "Location", "https://acme.xdr.us.paloaltonetworks.com/login")
	respond(1, 200, unknown, "<html><title>Sign in</title></html>")
	respond(0, 299, unknown, consolePage)
	respond(1, 200, unknown, "<error/>")
	respond(1, 200, unknown, "OK <html>")

	page.section("An error in a 2xx") // a code of 400 or more determines the kind as a status does
	respond(1, 200, "Server", `{"reply": {"err_code": 500, "err_msg": "Internal error"}}`)
	respond(1, 299, "BadRequest", `{"reply": {"err_code": 400, "err_msg": "m"}}`)
	respond(1, 200, "Unauthorized", `{"err_code": "401", "err_msg": "m"}`)
	respond(1, 200, "Unexpected", `{"reply": {"err_code": 409, "err_msg": "m"}}`)
	respond(1, 200, "Unexpected", `{"reply": {"err_code": 100, "err_msg": "m"}}`)
	respond(1, 200, "Unexpected", `{"errorCode": "VALIDATION_ERROR", "message": "m"}`)
	respond(1, 200, "Server", `{"DATA": "Scan is in Running state", "reply": {"status": "1", "err_code": 500}}`)
	respond(1, 200, "Unexpected", `{"error": "e"}`)
	respond(3, 200, "Unexpected", `{"detail": "e"}`)
	respond(1, 200, unknown, `{"reply": {"err_code": 600, "err_msg": "m"}}`)
	respond(1, 200, unknown, `{"error": null}`)
	respond(1, 200, unknown, `{"err_code": 0, "err_msg": null}`)

	page.section("An error and an action") // whatever the code is, the abort may have been executed
	respond(1, 200, unknown, `{"reply": {"action_id": "7", "err_code": 200}}`)
	respond(1, 200, unknown, `{"reply": {"action_id": 7}, "err_code": "SUCCESS"}`)
	respond(1, 200, "Forbidden OutcomeUnknown", `{"reply": {"action_id": "7"}, "err_code": "403"}`)

	page.section("No endpoints") // the message identifies this error at any status; the error is also an ErrServer
	respond(1, 500, "Server NoEndpoints", `{"reply": {"err_code": 500, "err_msg": "`+noEndpoint+`", "err_extra": null}}`)
	respond(1, 500, "Server NoEndpoints OutcomeUnknown", noEndpoint)
	respond(1, 400, "BadRequest Server NoEndpoints", `{"err_msg": "`+noEndpoint+`"}`)
	respond(1, 200, "Unexpected Server NoEndpoints", `{"reply": {"err_msg": "`+noEndpoint+`"}}`)

	page.section("Too large, or cut off")
	tooLarge := func(status int, kinds, body string) {
		t.Helper()
		fail(operations, 1, status, kinds, body[:limit], canned(status, body), wrapper.WithMaxResponseBytes(limit))
	}
	long := `{"err_code": 500, "err_msg": "` + strings.Repeat("m", 200) + `"}`
	tooLarge(200, "TooLarge OutcomeUnknown", long)
	tooLarge(302, "Unexpected TooLarge", long)
	tooLarge(400, "BadRequest TooLarge", long)
	tooLarge(500, "Server TooLarge OutcomeUnknown", refused+strings.Repeat(" ", 1000))
	broken := func(status int, kinds, body string) {
		t.Helper()
		cause := fmt.Errorf("cable pulled: %w", io.EOF)
		if _, err := fail(operations, 1, status, kinds, body, cutOff(status, body, cause), once()); !errors.Is(err, cause) {
			t.Errorf("got %v, which does not wrap the cause", err)
		}
	}
	broken(200, unknown, goodStatus)
	broken(302, "Unexpected", goodStatus)
	broken(500, server, refused)
	broken(200, server, refused)

	page.section("A 2xx without the documented body")
	for _, body := range []string{
		" \n", goodReply[:20], goodReply + "x", "\ufeff\ufeff" + goodStatus,
		`{"DATA":"x","reply":{"action_id":"7"},"deep":` + nested(10_000) + `}`, strings.Repeat(`{"reply":`, 100_000) + strings.Repeat("}", 100_000),
	} {
		respond(1, 200, unknown, body)
	}
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `{"DATA": 7, "reply": "x"}`, `{"data ": "x", "reply": {"status": "1"}}`,
		`{"reply": {"action_id": "", "status": "1"}}`, `{"reply": {"action_id": true}}`,
	} {
		fail(operations[:2], 1, 200, unknown, body, canned(200, body), once())
		for _, op := range operations[2:] { // API() returns the response, or the decoding error of the generated client
			if _, refused := errors.AsType[*wrapper.APIError](op.call(t, t.Context(), newClient(t, canned(200, body)))); refused {
				t.Errorf("%s refuses %s", op.name, body)
			}
		}
	}
	fail(operations[1:2], 0, 200, "InvalidResponse OutcomeUnknown", goodReply, canned(200, goodReply), wrapper.WithResponseValidator(refusing{errors.New("not like this")}))

	page.section("The key is refused")
	respond(1, 401, "Unauthorized", envelope401)
	respond(1, 200, "Unauthorized", envelope401)
	synctest.Test(t, func(*testing.T) { // a wrong clock matters only for an Advanced key, and only after a minute
		date := func(ahead time.Duration) string { return time.Now().Add(-ahead).UTC().Format(http.TimeFormat) }
		respond(1, 401, "Unauthorized", envelope401, "Date", date(time.Hour))
		cred = keysOfBothTypes["Advanced"]
		for _, clock := range []string{"", "yesterday", date(time.Minute), date(-time.Minute), date(61 * time.Second), date(-61 * time.Second), date(-10 * time.Minute), date(-9 * time.Hour)} {
			respond(1, 401, "Unauthorized", envelope401, "Date", clock)
		}
	})
	page.compare(t, "testdata/responses.txt")
}

// golang.org/x/sync/errgroup cancels the remaining calls with the error of the call that failed first. The errors of the
// remaining calls contain this cause, but do not have its kinds.
func TestErrorOfAnotherCallAddsNoKind(t *testing.T) {
	other := operations[1].call(t, t.Context(), newClient(t, canned(503, "", "Retry-After", "9"), once()))
	if cause := (notComparable{other}); errors.Is(operations[1].call(t, endedContext(t, cause), newClient(t, transport(good))), cause) {
		t.Error("errors.Is finds a cause that it can't compare")
	}
	for name, cause := range map[string]error{"itself": other, "wrapped": fmt.Errorf("first: %w", other), "canceled": fmt.Errorf("stopped: %w: %w", context.Canceled, other)} {
		err := operations[1].call(t, endedContext(t, cause), newClient(t, transport(good)))
		wantKinds(t, err)
		_, ofOther := errors.AsType[*wrapper.APIError](err)
		if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) || ofOther || !strings.Contains(err.Error(), "HTTP 503") || strings.Count(err.Error(), "canceled") != 1 {
			t.Errorf("%s: got %v", name, err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		for _, err := range newClient(t, transport(good)).WatchScanRun(ctx, 1, wrapper.WaitOptions{Every: time.Hour}) {
			cancel(cause)
			wantKinds(t, err)
		}
	}
}

// notComparable is an error for which == panics.
type notComparable []error

func (e notComparable) Error() string { return "several errors" }

// If the context ends while a response arrives, the error wraps the context's error and has the kind of the last
// response. A successful response is still a success.
func TestContextEndsAsAResponseArrives(t *testing.T) {
	cause := errors.New("shutting down")
	var cancel context.CancelCauseFunc
	endedBefore := func(rt transport) transport {
		return func(r *http.Request) (*http.Response, error) { cancel(cause); return rt(r) }
	}
	for kinds, responses := range map[string][]transport{
		"": {endedBefore(good)}, "RateLimited": {endedBefore(canned(429, ""))}, "Server OutcomeUnknown": {endedBefore(canned(503, ""))},
		"RateLimited OutcomeUnknown": {canned(429, ""), endedBefore(silent)},
	} {
		for _, op := range operations {
			ctx, end := context.WithCancelCause(t.Context())
			cancel = end
			err := op.call(t, ctx, newClient(t, polls(responses...), noWait()))
			wantKinds(t, err, op.kinds(kinds)...)
			if (kinds == "") != (err == nil) || err != nil && (!errors.Is(err, context.Canceled) || !errors.Is(err, cause)) {
				t.Errorf("%s, %q: got %v", op.name, kinds, err)
			}
		}
	}
}
