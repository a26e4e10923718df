package wrapper_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// Whatever the response is, the call does not panic, and an error contains the status.
func FuzzEnvelope(f *testing.F) {
	for _, body := range []string{
		goodStatus, goodReply, "", "[]", "\ufeff" + goodStatus, nested(9000), nested(11_000),
		`{"reply": {"err_code": "500", "err_msg": "\u001b[31m\u202e` + testKey + `", "err_extra": {"a": [1]}}}`,
		`{"err_msg": "m", "metadata": {"code": "BAD_REQUEST", "err_extra": [{"field": 1, "message": "m"}, "x"]}}`,
		`{"errorCode": "E", "message": "m", "details": {"policy.name": {"message": "m"}}}`,
		`{"DATA": null, "reply": {"action_id": 1e400, "err_code": 403}}`,
		"No endpoint was found for creating the requested action",
		"<html><TITLE>\x1b&#27;&#x202e;</title><h1>x</h1></html>",
		"you sent " + testKey,
	} {
		for _, status := range []int{200, 302, 401, 500} {
			f.Add(status, "application/json", "", "Mon, 02 Jan 2006 15:04:05 GMT", []byte(body), false)
		}
	}
	for _, unit := range []string{"m", "ü", "😀 ", "."} { // the error is too long and is cut
		for n := range 9 {
			extra := strings.Repeat(`{"message": "`+strings.Repeat("x", n)+strings.Repeat(unit, 900/len(unit))+`"},`, 5)
			f.Add(401, "application/json", "", "", []byte(`{"err_msg": "m", "err_extra": [`+extra+`{}]}`), false)
		}
	}
	f.Add(429, "text/html", "1e300", "\x1b", []byte("\xff\xfe\x00"), true)
	f.Add(99, "", "Mon, 02 Jan 2006 15:04:05 GMT", "", []byte("<title>"), true)
	definite := documentedDefinite(f)
	f.Fuzz(func(t *testing.T, status int, contentType, retryAfter, date string, body []byte, breaksOff bool) {
		isSuccess := status >= 200 && status <= 299
		rt := canned(status, string(body), "Content-Type", contentType, "Retry-After", retryAfter, "Date", date, "Location", contentType)
		if breaksOff {
			rt = cutOff(status, string(body), errors.New("cable pulled"))
		}
		c := newClient(t, rt, once(), wrapper.WithMaxResponseBytes(200<<10))
		for _, op := range operations {
			err := op.call(t, context.Background(), c)
			if err == nil {
				if !isSuccess || breaksOff || len(body) > 200<<10 {
					t.Fatalf("%s: got no error at status %d", op.name, status)
				}
				continue
			}
			var e *wrapper.APIError
			if !errors.As(err, &e) {
				if op.throughAPI() && isSuccess {
					continue // the decoding error of the generated client
				}
				t.Fatalf("%s: got %v, want an *APIError", op.name, err)
			}
			checkAPIError(t, op, e, status, body)
			kinds, unknown := kindsOf(e), errors.Is(e, wrapper.ErrOutcomeUnknown)
			if kinds == nil || !isSuccess && !slices.Contains(kinds, documentedKind(status)) {
				t.Fatalf("status %d: got the kinds %q: %v", status, kinds, e)
			}
			opened := e.Code != "" || strings.Contains(e.Error(), "action_id ") // a code or an action_id can make the outcome unknown
			dependsOnBody := status == 500 || isSuccess
			if unknown && !op.effect || !unknown && op.effect && !definite[status] && !dependsOnBody || unknown && definite[status] && !opened {
				t.Fatalf("%s, status %d: got an unknown outcome: %v", op.name, status, unknown)
			}
		}
	})
}

// checkAPIError checks what the package promises about every APIError:
// printable and bounded strings without the key, and the beginning of the body.
func checkAPIError(t *testing.T, op operation, e *wrapper.APIError, status int, body []byte) {
	if e.StatusCode != status || e.Operation != op.what || e.Attempts != 1 || e.RetryAfter < 0 || len(e.Details) > 100 {
		t.Fatalf("got the status %d, the operation %q, %d attempts, Retry-After %v and %d details", e.StatusCode, e.Operation, e.Attempts, e.RetryAfter, len(e.Details))
	}
	isBeginning := bytes.HasPrefix(body, e.Body) || bytes.HasPrefix(bytes.TrimPrefix(body, []byte("\ufeff")), e.Body)
	if len(e.Body) > 64<<10 || !isBeginning && !bytes.Contains(body, []byte(testKey)) || bytes.Contains(e.Body, []byte(testKey)) {
		t.Fatalf("the Body of %d bytes is not the beginning of the response, or contains the key", len(e.Body))
	}
	limits := map[string]int{e.Error(): 4 << 10, e.Message: 1 << 10, e.Extra: 1 << 10, e.Code: 128, e.Hint: 1 << 10}
	for _, d := range e.Details {
		limits[d.Field], limits[d.Message] = 1<<10, 1<<10
	}
	for s, limit := range limits {
		if len(s) > limit || !isCleanLine(s) || strings.Contains(s, testKey) {
			t.Fatalf("longer than %d bytes, not printable, or contains the key: %q", limit, s)
		}
	}
	if !strings.HasSuffix(e.Error(), e.Hint) {
		t.Fatalf("the hint is not at the end of %q", e.Error())
	}
}

// Results and errors hide credentials in all forms that common encoders write. An error also hides a credential that an
// invisible character or an escape disguises, and omits a header whose name contains a credential.
func TestResultHidesCredentials(t *testing.T) {
	const key = `k"k<k>k&k'k/k\k`
	for name, encoded := range map[string]string{"JSON": `k\"k<k>k&k'k/k\\k`, "JSON for HTML": `k\"k\u003ck\u003ek\u0026k'k/k\\k`} {
		c := clientWithKey(t, canned(200, `{"DATA": "you sent `+encoded+`!"}`), wrapper.StandardKey(testKeyID, key))
		status, err := c.WaitScanRun(t.Context(), 1, wrapper.WaitOptions{})
		if err == nil || strings.Contains(err.Error(), "sent") || status == nil || status.DATA != "you sent [redacted]!" {
			t.Errorf("%s: got %+v, %v, want the key redacted", name, status, err)
		}
	}
	disguised := `{"err_msg": "you sent ` + testKey[:5] + "\u200b" + testKey[5:] + ` and ` + fmt.Sprintf(`\u%04x`, testKey[0]) + testKey[1:] + `!"}`
	e := apiError(t, operations[0].call(t, t.Context(), newClient(t, canned(400, disguised, "X-Echo", "a", "X-Echo", "you sent "+testKey, "X-"+testKey, "1"))))
	if want := (http.Header{"X-Echo": {"a", "you sent [redacted]"}}); e.Message != "you sent [redacted] and [redacted]!" || !reflect.DeepEqual(e.Header, want) {
		t.Errorf("got the message %q and the header %v, want %v", e.Message, e.Header, want)
	}
}
