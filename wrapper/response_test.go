package wrapper_test

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/wrapper"
)

// The kinds of an error follow from the HTTP status, whatever the body is. Whether the outcome is unknown follows from the list in
// doc.go.
func TestStatusDecidesKindAndOutcome(t *testing.T) {
	definite := documentedDefinite(t)
	bodies := []struct {
		name, body string
		envelope   bool // of the service, with a code that does not say that the outcome is unknown
		open       bool // it says that
	}{
		{"empty", "", false, false},
		{"an envelope", `{"reply": {"err_code": 500, "err_msg": "m", "err_extra": null}}`, true, false},
		{"an envelope of a word", `{"errorCode": "E", "message": "m"}`, true, false},
		{"an envelope of a number that is no status", `{"err_code": 100, "err_msg": "m"}`, true, false},
		{"an envelope of 408", `{"reply": {"err_code": 408, "err_msg": "m"}}`, true, true},
		{"an envelope of 499", `{"err_code": "499", "err_msg": "m"}`, true, true},
		{"an envelope of 502", `{"data": {"reply": {"err_code": 502}}}`, true, true},
		{"an envelope of 503", `{"err_msg": "m", "metadata": {"err_code": 503}}`, true, true},
		{"an envelope of 504", `{"reply": {"err_code": "504", "err_msg": "m"}}`, true, true},
		{"an envelope of 524", `{"reply": {"err_code": 524, "err_msg": "m"}}`, true, true},
		{"an envelope of 600", `{"reply": {"err_code": 600, "err_msg": "m"}}`, true, true},
		{"an envelope of a number beyond all", `{"reply": {"err_code": 1e999, "err_msg": "m"}}`, true, true},
		{"an action", goodReply, false, true},
		{"an action beside an error", `{"reply": {"action_id": 7, "err_code": 400, "err_msg": "m"}}`, true, true},
		{"plain text", "Internal Server Error", false, false},
		{"HTML", "<html><title>Sign in</title></html>", false, false},
		{"JSON of a gateway", `{"message": "Forbidden"}`, false, false},
		{"an error of FastAPI", `{"detail": "d"}`, false, false},
		{"JSON that was cut off", `{"reply": {"err_code": 4`, false, false},
	}
	for status := range 1000 {
		if isSuccess := status >= 200 && status <= 299; isSuccess || status > 700 && status < 999 {
			continue
		}
		for _, tt := range bodies {
			for _, op := range operations {
				err := op.call(t, t.Context(), newClient(t, canned(status, tt.body), once()))
				expected := []string{kindOf(status)}
				if op.effect && (tt.open || !definite[status] && !(status == 500 && tt.envelope)) {
					expected = append(expected, "OutcomeUnknown")
				}
				wantKinds(t, err, expected...)
				if e := apiError(t, err); e.StatusCode != status || string(e.Body) != tt.body {
					t.Errorf("status %d, body %q", e.StatusCode, e.Body)
				}
				if t.Failed() {
					t.Fatalf("%d, %s, %s", status, tt.name, op.name)
				}
			}
		}
	}
}

// kindOf returns the documented kind of a status that is not a success.
func kindOf(status int) string {
	if status >= 500 && status <= 599 {
		return "Server"
	}
	return cmp.Or(map[int]string{
		400: "BadRequest", 422: "BadRequest", 401: "Unauthorized", 402: "NoLicense", 403: "Forbidden", 404: "NotFound", 429: "RateLimited",
	}[status], "Unexpected")
}

// documentedDefinite returns the statuses that the list in doc.go calls definite whatever the body is.
func documentedDefinite(t testing.TB) map[int]bool {
	t.Helper()
	definite := map[int]bool{}
	for _, line := range documented(t, "# Unknown outcomes") {
		for _, word := range strings.Fields(line) {
			first, last, isRange := strings.Cut(word, "-")
			from, err := strconv.Atoi(first)
			if err != nil || strings.Contains(line, "with an") {
				break
			}
			to := from
			if isRange {
				if to, err = strconv.Atoi(last); err != nil {
					t.Fatalf("cannot read %q", word)
				}
			}
			for ; from <= to; from++ {
				definite[from] = true
			}
		}
	}
	if len(definite) < 100 {
		t.Fatalf("doc.go lists %d statuses", len(definite))
	}
	return definite
}

// documented returns the lines of the code block, in doc.go, that follows a heading.
func documented(t testing.TB, heading string) (lines []string) {
	t.Helper()
	raw, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(raw), "// "+heading+"\n")
	for line := range strings.Lines(section) {
		if block, isBlock := strings.CutPrefix(line, "//\t"); isBlock {
			lines = append(lines, strings.TrimSuffix(block, "\n"))
		} else if lines != nil {
			break
		}
	}
	if !found || lines == nil {
		t.Fatalf("doc.go has no list below %q", heading)
	}
	return lines
}

// Each row of the table in doc.go agrees with what is sent.
func TestRetriesAreAsDocumented(t *testing.T) {
	notSent := transport(func(r *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(r.Context()).GetConn("a:1")
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	})
	statuses := func(statuses ...int) (rts []transport) {
		for _, status := range statuses {
			rts = append(rts, canned(status, ""))
		}
		return rts
	}
	rows := map[string][]transport{
		"the request was not sent":              {notSent},
		"except after a refused certificate":    {failing(&tls.CertificateVerificationError{Err: errors.New("unknown authority")})},
		"connection lost or timed out later":    {failing(io.EOF), transport(silent)},
		"429":                                   statuses(429),
		"502 503 504":                           statuses(502, 503, 504),
		"everything else, 500 and 401 included": statuses(0, 101, 199, 300, 302, 303, 399, 400, 401, 403, 404, 408, 409, 422, 425, 430, 499, 500, 501, 505, 520, 524, 599, 600, 999),
	}
	var text string
	for _, line := range documented(t, "# Retries")[1:] {
		text += line + "\n"
	}
	text = strings.ReplaceAll(text, "(except after a refused certificate)", "except after a refused certificate          no        no")
	for line := range strings.Lines(text) {
		cells := regexp.MustCompile(` {2,}`).Split(strings.TrimSpace(line), -1)
		rts, known := rows[cells[0]]
		if !known || len(cells) != 3 {
			t.Errorf("no row of this test is for %q", cells)
			continue
		}
		delete(rows, cells[0])
		for i, rt := range rts {
			for _, op := range operations {
				rec := &recorder{next: rt}
				cell := cells[1]
				if op.effect {
					cell = cells[2]
				}
				want := 1
				if strings.HasPrefix(cell, "retried") {
					want = 3
				}
				_ = op.call(t, t.Context(), newClient(t, rec, noWait(), wrapper.WithTimeout(time.Millisecond)))
				if len(rec.requests) != want {
					t.Errorf("%s, %d, %s: sent %d times, want %d", cells[0], i+1, op.name, len(rec.requests), want)
				}
			}
		}
	}
	if len(rows) > 0 {
		t.Errorf("doc.go has no row for %v", slices.Sorted(maps.Keys(rows)))
	}
}

func withUnknown(op operation, kinds ...string) []string {
	if op.effect {
		return append(kinds, "OutcomeUnknown")
	}
	return kinds
}

// broken is a body that ends in an error.
func broken(body string, err error) io.ReadCloser {
	return io.NopCloser(io.MultiReader(strings.NewReader(body), brokenReader{err}))
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

// Every response has the kinds of its row, whichever operation it is for. The outcome of an operation without effect is never
// unknown.
func TestKindsOfResponses(t *testing.T) {
	type row struct {
		name   string
		status int
		body   string
		kinds  string
		says   string // a part of the error
	}
	const (
		limit      = 50 // of the responses that are too large
		refused    = `{"reply": {"err_code": 500, "err_msg": "m"}}`
		noEndpoint = "An error occurred while processing XDR public API - No endpoint was found for creating the requested action"
		unknown    = "Unexpected OutcomeUnknown"
		success    = `{"DATA":"x","reply":{"action_id":"7"},`
	)
	long := `{"err_code": 500, "err_msg": "` + strings.Repeat("m", 200) + `"}`

	// A code of 400 or more decides like a status. An error envelope in a 2xx is definite.
	errorsInASuccess := []row{
		{"500", 200, refused, "Server", "m"},
		{"500 without a message", 200, `{"reply": {"err_code": 500}}`, "Server", ""},
		{"400", 200, `{"reply": {"err_code": 400, "err_msg": "m"}}`, "BadRequest", ""},
		{"422", 200, `{"err_code": "422", "err_msg": "m"}`, "BadRequest", ""},
		{"401 as a string", 200, `{"err_code": "401", "err_msg": "m"}`, "Unauthorized", ""},
		{"402", 200, `{"data": {"reply": {"err_code": 402}}}`, "NoLicense", ""},
		{"403 in metadata", 200, `{"data": {"err_msg": "m", "metadata": {"err_code": 403}}}`, "Forbidden", ""},
		{"404", 200, `{"reply": {"err_code": 404, "err_msg": "m"}}`, "NotFound", ""},
		{"429", 200, `{"reply": {"err_code": 429, "err_msg": "m"}}`, "RateLimited", ""},
		{"a status without a kind", 200, `{"reply": {"err_code": 409, "err_msg": "m"}}`, "Unexpected", ""},
		{"100", 200, `{"reply": {"err_code": 100, "err_msg": "m"}}`, "Unexpected", ""},
		{"200", 200, `{"reply": {"err_code": 200, "err_msg": "m"}}`, "Unexpected", ""},
		{"a word", 200, `{"errorCode": "VALIDATION_ERROR", "message": "m"}`, "Unexpected", ""},
		{"no code", 200, `{"err_msg": "m", "metadata": {}}`, "Unexpected", ""},
		{"beside a result", 200, `{"DATA": "Scan is in Running state", "reply": {"status": "1", "err_code": 500}}`, "Server", ""},
		{"error", 200, `{"error": "e"}`, "Unexpected", ": e: the body has "},
		{"errors", 200, `{"errors": ["e"]}`, "Unexpected", ": e: the body has "},
		{"detail", 200, `{"detail": "e"}`, "Unexpected", ": e: the body has "},
		{"error as an object", 200, `{"error": {"code": 7, "message": "e"}}`, "Unexpected", ": e: the body has "},
		{"600", 200, `{"reply": {"err_code": 600, "err_msg": "m"}}`, unknown, ""},
		{"a code beyond 2^53", 200, `{"reply":{"err_code":9007199254740993,"err_msg":"x"}}`, unknown, ""},
		{"a code that overflows", 200, `{"reply":{"err_code":1` + strings.Repeat("0", 400) + `,"err_msg":"x"}}`, unknown, ""},
		{"error that is null", 200, `{"error": null}`, unknown, ""},
		{"errors that are empty", 200, `{"errors": []}`, unknown, ""},
		{"no error in the fields of one", 200, `{"err_code": 0, "err_msg": null}`, unknown, ""},
	}
	// The abort may have been executed, whatever the code is, and the error shows the action.
	for fields, kinds := range map[string]string{
		`"err_code": 200`: unknown, `"err_code": "SUCCESS"`: unknown, `"err_msg": "OK"`: unknown, `"err_msg": "OK", "err_code": 0`: unknown,
		`"err_code": 600, "err_msg": "m"`: unknown, `"err_code": 500, "err_msg": "m"`: "Server OutcomeUnknown",
		`"err_code": "403"`: "Forbidden OutcomeUnknown", `"err_code": 400, "err_msg": "too bad"`: "BadRequest OutcomeUnknown",
	} {
		errorsInASuccess = append(errorsInASuccess,
			row{fields + " in an action", 200, `{"reply": {"action_id": "7", ` + fields + `}}`, kinds, "action_id 7"},
			row{fields + " beside an action", 200, `{"reply": {"action_id": 7}, ` + fields + `}`, kinds, "action_id 7"})
	}
	for _, group := range []struct {
		name string
		rows []row
	}{
		{"an error in a success", errorsInASuccess},
		{"no endpoints", []row{ // recognized by the message at any status, and also an ErrServer
			{"500 in reply", 500, `{"reply": {"err_code": 500, "err_msg": "` + noEndpoint + `", "err_extra": null}}`, "Server NoEndpoints", ""},
			{"500, flat", 500, `{"err_code": "500", "err_msg": "` + noEndpoint + `."}`, "Server NoEndpoints", ""},
			{"500, in upper case", 500, `{"err_msg": "` + strings.ToUpper(noEndpoint) + `"}`, "Server NoEndpoints", ""},
			{"500, plain text", 500, noEndpoint, "Server NoEndpoints OutcomeUnknown", ""},
			{"400", 400, `{"err_msg": "` + noEndpoint + `"}`, "BadRequest Server NoEndpoints", ""},
			{"200", 200, `{"reply": {"err_code": 500, "err_msg": "` + noEndpoint + `"}}`, "Server NoEndpoints", ""},
			{"200 without a code", 200, `{"reply": {"err_msg": "` + noEndpoint + `"}}`, "Unexpected Server NoEndpoints", ""},
			{"500, another message", 500, `{"err_msg": "No endpoint was found"}`, "Server", ""},
			{"500, in the extra", 500, `{"err_msg": "m", "err_extra": "` + noEndpoint + `"}`, "Server NoEndpoints", ""},
		}},
		{"too large", []row{
			{"200", 200, long, "TooLarge OutcomeUnknown", ""},
			{"302", 302, long, "Unexpected TooLarge", ""},
			{"409", 409, long, "Unexpected TooLarge", ""},
			{"400", 400, long, "BadRequest TooLarge", ""},
			{"500", 500, long, "Server TooLarge OutcomeUnknown", ""},
			{"an error, and then too much", 200, refused + strings.Repeat(" ", 1000), "Server TooLarge OutcomeUnknown", ""},
		}},
		{"cut off", []row{
			{"200", 200, goodStatus, unknown, ""},
			{"302", 302, goodStatus, "Unexpected", ""},
			{"400", 400, goodStatus, "BadRequest", ""},
			{"404", 404, goodStatus, "NotFound", ""},
			{"500", 500, goodStatus, "Server OutcomeUnknown", ""},
			{"an error, and then lost", 200, refused, "Server OutcomeUnknown", ""},
		}},
		{"not JSON", []row{
			{"blank", 200, " \n", unknown, ""},
			{"HTML", 200, "<html><title>Sign in</title></html>", unknown, ""},
			{"plain text", 200, "OK", unknown, ""},
			{"half a body", 200, goodReply[:20], unknown, ""},
			{"trailing garbage", 200, goodReply + "x", unknown, ""},
			{"two values", 200, goodReply + goodReply, unknown, ""},
			{"an unassigned status", 299, "x", unknown, ""},
			{"two byte order marks", 200, "\ufeff\ufeff" + goodStatus, unknown, ""},
			{"NUL at the end", 200, goodStatus + "\x00", unknown, ""},
			{"UTF-16", 200, "\xff\xfe{\x00}\x00", unknown, ""},
			{"a control character in a string", 200, "{\"DATA\":\"x\ny\"}", unknown, ""},
			{"single quotes", 200, "{'DATA':'x'}", unknown, ""},
			{"NaN", 200, `{"DATA":NaN}`, unknown, ""},
			{"10,001 deep", 200, success + `"deep":` + nested(10_000) + `}`, unknown, ""},
			{"100,000 deep in the error", 200, `{"reply":{"err_code":500,"err_extra":` + nested(100_000) + `}}`, unknown, ""},
			{"100,000 envelopes in one another", 200, strings.Repeat(`{"reply":`, 100_000) + strings.Repeat("}", 100_000), unknown, ""},
		}},
		{"undocumented JSON", []row{ // API() returns it, or the generated client's own error
			{"null", 200, `null`, unknown, ""},
			{"a number", 200, `1`, unknown, ""},
			{"a string", 200, `"DATA"`, unknown, ""},
			{"a list", 200, `[]`, unknown, ""},
			{"an empty object", 200, `{}`, unknown, ""},
			{"nulls", 200, `{"DATA": null, "reply": null}`, unknown, ""},
			{"other types", 200, `{"DATA": 7, "reply": "x"}`, unknown, ""},
			{"lists", 200, `{"DATA": [], "reply": []}`, unknown, ""},
			{"no action", 200, `{"data ": "x", "reply": {"status": "1"}}`, unknown, ""},
			{"an empty action", 200, `{"reply": {"action_id": "", "status": "1"}}`, unknown, ""},
			{"an action of another type", 200, `{"reply": {"action_id": true}}`, unknown, ""},
			{"no content", 204, ``, unknown, ""},
		}},
	} {
		for _, tt := range group.rows {
			for _, op := range operations {
				t.Run(group.name+"/"+tt.name+"/"+op.name, func(t *testing.T) {
					cause := errors.New("cable pulled")
					rt, opt, body, says := canned(tt.status, tt.body), noWait(), tt.body, tt.says
					switch group.name {
					case "too large":
						opt, body, says = wrapper.WithMaxResponseBytes(limit), body[:limit], "limit of WithMaxResponseBytes"
					case "cut off":
						opt, says = once(), "the response is incomplete: cable pulled"
						rt = func(r *http.Request) (*http.Response, error) {
							res := response(r, tt.status, "")
							res.Body, res.ContentLength = broken(tt.body, cause), 1000
							return res, nil
						}
					}
					err := op.call(t, t.Context(), newClient(t, rt, opt))
					if group.name == "undocumented JSON" && op.throughAPI() {
						if _, refused := errors.AsType[*wrapper.APIError](err); refused {
							t.Errorf("got %v", err)
						}
						return
					}
					want := strings.Fields(tt.kinds)
					if !op.effect {
						want = slices.DeleteFunc(want, func(kind string) bool { return kind == "OutcomeUnknown" })
					}
					wantKinds(t, err, want...)
					if !strings.Contains(err.Error(), says) || errors.Is(err, cause) != (group.name == "cut off") {
						t.Errorf("the error does not say %q, or has another cause: %v", says, err)
					}
					if e := apiError(t, err); e.StatusCode != tt.status || string(e.Body) != body[:min(len(body), 64<<10)] || e.Operation != op.what || e.Attempts != 1 {
						t.Errorf("status %d, operation %q, %d attempts, %d of %d bytes of body", e.StatusCode, e.Operation, e.Attempts, len(e.Body), len(body))
					}
				})
			}
		}
	}
}

// The request may have been executed before something on the way refused it.
func TestIndefinite429IsNotRetried(t *testing.T) {
	for body, attempts := range map[string]int{
		"": 3, "Too many requests": 3, `{"reply": {"err_code": 429, "err_msg": "m"}}`: 3, `{"err_code": "THROTTLED"}`: 3,
		`{"reply": {"action_id": "7", "err_code": 429}}`: 1, `{"reply": {"err_code": 504, "err_msg": "m"}}`: 1,
	} {
		for _, op := range operations {
			rec := &recorder{next: canned(429, body)}
			err := op.call(t, t.Context(), newClient(t, rec, noWait()))
			want := 3
			if op.effect {
				want = attempts
			}
			if len(rec.requests) != want || errors.Is(err, wrapper.ErrOutcomeUnknown) != (op.effect && attempts == 1) {
				t.Errorf("%s, %s: %d requests, %v", op.name, body, len(rec.requests), err)
			}
		}
	}
}

// golang.org/x/sync/errgroup ends the context of its calls with the error of the call that failed first. The error names this
// cause, but the outcome of the other call says nothing about this one.
func TestErrorOfAnotherCallIsNotAKind(t *testing.T) {
	other := operations[1].call(t, t.Context(), newClient(t, canned(503, "", "Retry-After", "9"), once()))
	for name, cause := range map[string]error{"itself": other, "wrapped": fmt.Errorf("first: %w", other), "canceled": errors.Join(context.Canceled, other)} {
		for _, op := range operations {
			err := op.call(t, endedContext(t, cause), newClient(t, transport(good)))
			wantKinds(t, err)
			var apiErr *wrapper.APIError
			if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) || errors.As(err, &apiErr) || !strings.Contains(err.Error(), "HTTP 503") {
				t.Errorf("%s, %s: %v", op.name, name, err)
			}
		}
		c := newClient(t, canned(200, `{"DATA": "Scan is in Running state"}`))
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		for _, err := range c.WatchScanRun(ctx, 1, wrapper.WaitOptions{Every: time.Hour}) {
			cancel(cause)
			wantKinds(t, err)
		}
	}
}

// The error of the context is in the chain, beside the kind of the response.
func TestContextEndsAsAResponseArrives(t *testing.T) {
	cause := errors.New("shutting down")
	for status, kind := range map[int]string{429: "RateLimited", 503: "Server", 404: "NotFound"} {
		for _, op := range operations {
			ctx, cancel := context.WithCancelCause(t.Context())
			err := op.call(t, ctx, newClient(t, transport(func(r *http.Request) (*http.Response, error) {
				cancel(cause)
				return response(r, status, ""), nil
			}), once()))
			want := []string{kind}
			if status == 503 {
				want = withUnknown(op, kind)
			}
			wantKinds(t, err, want...)
			if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) {
				t.Errorf("%s, %d: %v", op.name, status, err)
			}
		}
	}
	t.Run("a success is one", func(t *testing.T) {
		for _, op := range operations {
			ctx, cancel := context.WithCancel(t.Context())
			if err := op.call(t, ctx, newClient(t, transport(func(r *http.Request) (*http.Response, error) { cancel(); return good(r) }))); err != nil {
				t.Errorf("%s: %v", op.name, err)
			}
		}
	})
	t.Run("after a response, without one", func(t *testing.T) {
		for _, op := range operations {
			ctx, cancel := context.WithCancel(t.Context())
			err := op.call(t, ctx, newClient(t, polls(canned(429, ""), transport(func(r *http.Request) (*http.Response, error) {
				cancel()
				return nil, r.Context().Err()
			})), noWait()))
			wantKinds(t, err, withUnknown(op, "RateLimited")...)
			var lost *wrapper.TransportError
			if !errors.As(err, &lost) || lost.Attempts != 2 || !lost.Sent || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", op.name, err)
			}
		}
	})
}

// Sent covers every attempt without a response. If such a request may have an effect, its outcome is unknown.
func TestTransportErrors(t *testing.T) {
	notSent := transport(func(r *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(r.Context()).GetConn("a:1")
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}
	})
	for _, tt := range []struct {
		name      string
		responses []transport
		get, post int // attempts
		sent      bool
	}{
		{"never sent", []transport{notSent, notSent, notSent}, 3, 3, false},
		{"sent, and then not", []transport{failing(io.EOF), notSent, notSent}, 3, 1, true},
		{"a response, and then not sent", []transport{canned(429, ""), notSent, notSent}, 3, 3, false},
		{"a response, and then lost", []transport{canned(429, ""), failing(io.EOF), failing(io.EOF)}, 3, 2, true},
		{"neither a response nor an error", []transport{failing(nil), failing(nil), failing(nil)}, 3, 1, true},
	} {
		for _, op := range operations {
			err := op.call(t, t.Context(), newClient(t, polls(tt.responses...), noWait()))
			want := wrapper.TransportError{Operation: op.what, Attempts: tt.get, Sent: tt.sent}
			if op.effect {
				want.Attempts = tt.post
			}
			var got *wrapper.TransportError
			if !errors.As(err, &got) || got.Operation != want.Operation || got.Attempts != want.Attempts || got.Sent != want.Sent {
				t.Errorf("%s, %s: %+v, want %+v", tt.name, op.name, got, want)
			}
			if tt.sent {
				wantKinds(t, err, withUnknown(op)...)
			} else {
				wantKinds(t, err)
			}
		}
	}
	t.Run("before the first attempt", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, op := range operations {
			rec := &recorder{next: transport(good)}
			err := op.call(t, ctx, newClient(t, rec))
			var got *wrapper.TransportError
			if !errors.As(err, &got) || got.Attempts != 0 || got.Sent || len(rec.requests) != 0 || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", op.name, err)
			}
		}
	})
}
