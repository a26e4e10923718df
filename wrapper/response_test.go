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
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
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
	for _, line := range documented(t, "# Unknown outcomes")[:2] {
		for _, word := range strings.Fields(line) {
			first, last, isRange := strings.Cut(word, "-")
			from, err := strconv.Atoi(first)
			if err != nil {
				break // the rest is an explanation
			}
			to := from
			if isRange {
				to, _ = strconv.Atoi(last)
			}
			for ; from <= to; from++ {
				definite[from] = true
			}
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
func TestKindsOfResponses(t *testing.T) {
	type row struct {
		name   string
		status int
		body   string
		kinds  string
		says   string // a part of the error
	}
	const (
		limit       = 50 // the size limit of the group "too large", in bytes
		refused     = `{"reply": {"err_code": 500, "err_msg": "m"}}`
		noEndpoints = "An error occurred while processing XDR public API - No endpoint was found for creating the requested action"
		unknown     = "Unexpected OutcomeUnknown"
	)
	long := `{"err_code": 500, "err_msg": "` + strings.Repeat("m", 200) + `"}`
	for _, group := range []struct {
		name string
		rows []row
	}{
		{"an error in a 2xx", []row{ // a code of 400 or more determines the kind as a status does
			{"500", 200, refused, "Server", "m"},
			{"400", 299, `{"reply": {"err_code": 400, "err_msg": "m"}}`, "BadRequest", ""},
			{"401 as a string", 200, `{"err_code": "401", "err_msg": "m"}`, "Unauthorized", ""},
			{"a status without a kind", 200, `{"reply": {"err_code": 409, "err_msg": "m"}}`, "Unexpected", ""},
			{"100", 200, `{"reply": {"err_code": 100, "err_msg": "m"}}`, "Unexpected", ""},
			{"a word", 200, `{"errorCode": "VALIDATION_ERROR", "message": "m"}`, "Unexpected", ""},
			{"with a result", 200, `{"DATA": "Scan is in Running state", "reply": {"status": "1", "err_code": 500}}`, "Server", ""},
			{"error", 200, `{"error": "e"}`, "Unexpected", ": e: the body has "},
			{"detail", 200, `{"detail": "e"}`, "Unexpected", ": e: the body has "},
			{"600", 200, `{"reply": {"err_code": 600, "err_msg": "m"}}`, unknown, ""},
			{"an error that is null", 200, `{"error": null}`, unknown, ""},
			{"error fields without an error", 200, `{"err_code": 0, "err_msg": null}`, unknown, ""},
		}},
		{"an error and an action", []row{ // whatever the code is, the abort may have been executed
			{"200 in the action", 200, `{"reply": {"action_id": "7", "err_code": 200}}`, unknown, "action_id 7"},
			{"a word", 200, `{"reply": {"action_id": 7}, "err_code": "SUCCESS"}`, unknown, "action_id 7"},
			{"403", 200, `{"reply": {"action_id": "7"}, "err_code": "403"}`, "Forbidden OutcomeUnknown", "action_id 7"},
		}},
		{"no endpoints", []row{ // the message identifies this error at any status; the error is also an ErrServer
			{"500", 500, `{"reply": {"err_code": 500, "err_msg": "` + noEndpoints + `", "err_extra": null}}`, "Server NoEndpoints", ""},
			{"500, plain text", 500, noEndpoints, "Server NoEndpoints OutcomeUnknown", ""},
			{"400", 400, `{"err_msg": "` + noEndpoints + `"}`, "BadRequest Server NoEndpoints", ""},
			{"200 without a code", 200, `{"reply": {"err_msg": "` + noEndpoints + `"}}`, "Unexpected Server NoEndpoints", ""},
		}},
		{"too large", []row{
			{"200", 200, long, "TooLarge OutcomeUnknown", ""},
			{"302", 302, long, "Unexpected TooLarge", ""},
			{"400", 400, long, "BadRequest TooLarge", ""},
			{"500", 500, refused + strings.Repeat(" ", 1000), "Server TooLarge OutcomeUnknown", ""},
		}},
		{"cut off", []row{
			{"200", 200, goodStatus, unknown, ""},
			{"302", 302, goodStatus, "Unexpected", ""},
			{"500 after an error", 500, refused, "Server OutcomeUnknown", ""},
			{"200 after an error", 200, refused, "Server OutcomeUnknown", ""},
		}},
		{"not JSON", []row{
			{"blank", 200, " \n", unknown, ""},
			{"HTML", 200, "<html><title>Sign in</title></html>", unknown, ""},
			{"half a body", 200, goodReply[:20], unknown, ""},
			{"text after the JSON", 200, goodReply + "x", unknown, ""},
			{"two byte order marks", 200, "\ufeff\ufeff" + goodStatus, unknown, ""},
			{"10,001 levels deep", 200, `{"DATA":"x","reply":{"action_id":"7"},"deep":` + nested(10_000) + `}`, unknown, ""},
			{"100,000 levels of errors", 200, strings.Repeat(`{"reply":`, 100_000) + strings.Repeat("}", 100_000), unknown, ""},
		}},
		{"undocumented JSON", []row{ // API() returns the JSON, or the decoding error of the generated client
			{"null", 200, `null`, unknown, ""},
			{"an empty object", 200, `{}`, unknown, ""},
			{"other types", 200, `{"DATA": 7, "reply": "x"}`, unknown, ""},
			{"no action", 200, `{"data ": "x", "reply": {"status": "1"}}`, unknown, ""},
			{"an empty action", 200, `{"reply": {"action_id": "", "status": "1"}}`, unknown, ""},
			{"an action of another type", 200, `{"reply": {"action_id": true}}`, unknown, ""},
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
						rt, opt, says = cutOff(tt.status, tt.body, cause), once(), "the response is incomplete: cable pulled"
					}
					err := op.call(t, t.Context(), newClient(t, rt, opt))
					if group.name == "undocumented JSON" && op.throughAPI() {
						if _, refused := errors.AsType[*wrapper.APIError](err); refused {
							t.Errorf("got %v", err)
						}
						return
					}
					wantKinds(t, err, op.kinds(tt.kinds)...)
					if !strings.Contains(err.Error(), says) || errors.Is(err, cause) != (group.name == "cut off") {
						t.Errorf("the error does not contain %q, or has another cause: %v", says, err)
					}
					if e := apiError(t, err); e.StatusCode != tt.status || string(e.Body) != body[:min(len(body), 64<<10)] || e.Operation != op.what || e.Attempts != 1 {
						t.Errorf("got the status %d, the operation %q, %d attempts, and %d of %d bytes of the body", e.StatusCode, e.Operation, e.Attempts, len(e.Body), len(body))
					}
				})
			}
		}
	}
}

// golang.org/x/sync/errgroup cancels the remaining calls with the error of the call that failed first. The errors of the
// remaining calls contain this cause, but do not have its kinds.
func TestErrorOfAnotherCallAddsNoKind(t *testing.T) {
	other := operations[1].call(t, t.Context(), newClient(t, canned(503, "", "Retry-After", "9"), once()))
	for name, cause := range map[string]error{"itself": other, "wrapped": fmt.Errorf("first: %w", other), "canceled": errors.Join(context.Canceled, other)} {
		err := operations[1].call(t, endedContext(t, cause), newClient(t, transport(good)))
		wantKinds(t, err)
		_, ofOther := errors.AsType[*wrapper.APIError](err)
		if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) || ofOther || !strings.Contains(err.Error(), "HTTP 503") {
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

// If the context ends while a response arrives, the error wraps the context's error and has the kind of the last
// response. A successful response is still a success.
func TestContextEndsAsAResponseArrives(t *testing.T) {
	cause := errors.New("shutting down")
	for status, kinds := range map[int]string{200: "", 429: "RateLimited", 503: "Server OutcomeUnknown"} {
		for _, op := range operations {
			ctx, cancel := context.WithCancelCause(t.Context())
			err := op.call(t, ctx, newClient(t, transport(func(r *http.Request) (*http.Response, error) {
				cancel(cause)
				if status == 200 {
					return good(r)
				}
				return response(r, status, ""), nil
			}), once()))
			wantKinds(t, err, op.kinds(kinds)...)
			if (status == 200) != (err == nil) || err != nil && (!errors.Is(err, context.Canceled) || !errors.Is(err, cause)) {
				t.Errorf("%s, %d: got %v", op.name, status, err)
			}
		}
	}
	for _, op := range operations {
		ctx, cancel := context.WithCancel(t.Context())
		err := op.call(t, ctx, newClient(t, polls(canned(429, ""), transport(func(r *http.Request) (*http.Response, error) {
			cancel()
			return nil, r.Context().Err()
		})), noWait()))
		wantKinds(t, err, op.kinds("RateLimited OutcomeUnknown")...)
		if lost, ok := errors.AsType[*wrapper.TransportError](err); !ok || lost.Attempts != 2 || !lost.Sent || !errors.Is(err, context.Canceled) {
			t.Errorf("%s, after a 429: got %v", op.name, err)
		}
	}
}

// Sent is true if any attempt without a response may have reached the
// service. In that case, the outcome of a request with an effect is unknown.
func TestTransportErrors(t *testing.T) {
	lost := failing(io.EOF)
	for _, tt := range []struct {
		name      string
		responses []transport
		get, post int // attempts
		sent      bool
	}{
		{"never sent", []transport{notSent, notSent, notSent}, 3, 3, false},
		{"lost, and then not sent", []transport{lost, notSent, notSent}, 3, 1, true},
		{"a response, and then not sent", []transport{canned(429, ""), notSent, notSent}, 3, 3, false},
		{"a response, and then lost", []transport{canned(429, ""), lost, lost}, 3, 2, true},
	} {
		for _, op := range operations {
			err := op.call(t, t.Context(), newClient(t, polls(tt.responses...), noWait()))
			attempts := tt.get
			if op.effect {
				attempts = tt.post
			}
			wantKinds(t, err, op.kinds(map[bool]string{true: "OutcomeUnknown"}[tt.sent])...)
			if got, ok := errors.AsType[*wrapper.TransportError](err); !ok || got.Operation != op.what || got.Attempts != attempts || got.Sent != tt.sent {
				t.Errorf("%s, %s: got %+v, want %d attempts, sent %v", tt.name, op.name, got, attempts, tt.sent)
			}
		}
	}
	rec := &recorder{next: transport(good)}
	err := operations[1].call(t, endedContext(t, nil), newClient(t, rec))
	if got, ok := errors.AsType[*wrapper.TransportError](err); !ok || got.Attempts != 0 || got.Sent || len(rec.requests) != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("before the first attempt: got %v and %d requests", err, len(rec.requests))
	}
}
