package wrapper_test

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// What comes back of a request's credentials is seen here at its edges; tests/security lets real servers send
// them back, in every place.

// echoing answers with a body that is made of the credentials that were sent.
func echoing(status int, body func(authorization string) string) transport {
	return func(r *http.Request) (*http.Response, error) {
		return response(r, status, body(r.Header.Get("Authorization"))), nil
	}
}

func TestCredentialsThatComeBack(t *testing.T) {
	for name, cred := range keysOfBothTypes {
		for _, op := range operations {
			rec := &recorder{next: echoing(401, func(a string) string { return "you sent " + a + " and " + a + ", 17" })}
			e := apiError(t, op.call(t, t.Context(), clientWithKey(t, rec, cred)))
			if want := "you sent [redacted] and [redacted], 17"; e.Message != want || string(e.Body) != want {
				t.Errorf("%s: message %q, body %q", name, e.Message, e.Body)
			}
		}
	}
}

func TestTheNonceThatComesBack(t *testing.T) {
	rt := transport(func(r *http.Request) (*http.Response, error) {
		return response(r, 401, "replayed "+r.Header.Get("X-Xdr-Nonce")), nil
	})
	e := apiError(t, operations[0].call(t, t.Context(), clientWithKey(t, rt, keysOfBothTypes[advancedHint])))
	if want := "replayed [redacted]"; e.Message != want || string(e.Body) != want {
		t.Errorf("message %q, body %q", e.Message, e.Body)
	}
}

// TestCredentialsInAnotherServicesAnswer: a success, but not ours.
func TestCredentialsInAnotherServicesAnswer(t *testing.T) {
	for _, op := range operations[:2] {
		e := apiError(t, op.call(t, t.Context(), newClient(t, echoing(200, func(a string) string { return `{"headers": "` + a + `"}` }))))
		if want := `{"headers": "[redacted]"}`; string(e.Body) != want {
			t.Errorf("%s: body %q", op.name, e.Body)
		}
	}
	refuse := wrapper.WithResponseValidator(&spy{answer: func(_ *http.Request, _ int, _ http.Header, body []byte) error { return errors.New(string(body)) }})
	_, err := newClient(t, echoing(200, func(a string) string { return `{"DATA": "` + a + `"}` }), refuse).GetScanRunStatus(t.Context(), 1)
	wantKinds(t, err, "InvalidResponse")
	if want := statusOperation + `: unexpected answer: {"DATA": "[redacted]"} (HTTP 200)`; err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// TestCredentialsInAStatus: they are gone before the status is decoded, and the error of a wait does not quote the service.
func TestCredentialsInAStatus(t *testing.T) {
	got, err := newClient(t, echoing(200, func(a string) string { return `{"DATA": "you sent ` + a + `"}` })).WaitScanRun(t.Context(), 1, wrapper.WaitOptions{})
	if err == nil || strings.Contains(err.Error(), "sent") || got == nil || got.DATA != "you sent [redacted]" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestAnswersThatBreakOffWithinACredential: of its beginning, more than a few characters tell something.
func TestAnswersThatBreakOffWithinACredential(t *testing.T) {
	for n := range len(testKey) + 1 {
		e := apiError(t, operations[0].call(t, t.Context(), newClient(t, transport(func(r *http.Request) (*http.Response, error) {
			res := response(r, 500, "")
			res.Body = broken("you sent "+testKey[:n], io.ErrUnexpectedEOF)
			return res, nil
		}))))
		want := "you sent " + testKey[:n]
		if n >= 4 {
			want = "you sent [redacted]"
		}
		if strings.TrimSpace(string(e.Body)) != strings.TrimSpace(want) || e.Message != strings.TrimSpace(want) {
			t.Errorf("%d characters: message %q, body %q", n, e.Message, e.Body)
		}
	}
	// A body that is whole may end in anything.
	e := apiError(t, operations[0].call(t, t.Context(), newClient(t, canned(500, "it begins with "+testKey[:8]))))
	if want := "it begins with " + testKey[:8]; e.Message != want {
		t.Errorf("message %q", e.Message)
	}
	e = apiError(t, operations[0].call(t, t.Context(), newClient(t, canned(500, "sent "+testKey), wrapper.WithMaxResponseBytes(10))))
	if want := "sent [redacted]"; string(e.Body) != want || e.Message != want {
		t.Errorf("over the limit: message %q, body %q", e.Message, e.Body)
	}
}

func TestKeysWithPunctuationThatComeBack(t *testing.T) {
	for _, key := range []string{`a"b\c&d<e>f'g h+i/j%k`, `"it-begins`, `it-ends&`} {
		quoted := strings.Trim(strconv.Quote("|"+key+"|"), `"`)
		quoted = quoted[1 : len(quoted)-1]
		for name, form := range map[string]string{
			"plain": key, "JSON": strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`).Replace(quoted), "quoted": quoted,
			"HTML": html.EscapeString(key), "query": url.QueryEscape(key), "path": url.PathEscape(key),
		} {
			c := clientWithKey(t, canned(401, "you sent "+form+"!"), wrapper.StandardKey("1", key))
			e := apiError(t, operations[0].call(t, t.Context(), c))
			if want := "you sent [redacted]!"; e.Message != want || string(e.Body) != want {
				t.Errorf("%s of %s: message %q, body %q", name, key, e.Message, e.Body)
			}
		}
	}
}

type ownError struct{ text string }

func (e *ownError) Error() string { return e.text }

// TestErrorsThatAreNotToBePrinted: their text is cleaned, and errors.Is and errors.As find them still.
func TestErrorsThatAreNotToBePrinted(t *testing.T) {
	for text, want := range map[string]string{
		"sent " + testKey: "sent [redacted]", "a\x1b[31mb": "a[31mb", "a\nb": "a b", "a\u202eb": "ab", "a\xffb": "a\ufffdb", "a\u2028b": "a b",
	} {
		own := &ownError{text}
		cause := fmt.Errorf("%w: %w", own, io.ErrClosedPipe)
		err := operations[0].call(t, t.Context(), newClient(t, failing(cause), once()))
		if !strings.Contains(err.Error(), want+": io: read/write on closed pipe") {
			t.Errorf("got %q", err)
		}
		var found *ownError
		if !errors.Is(err, io.ErrClosedPipe) || !errors.As(err, &found) || found != own || errors.Is(err, io.EOF) {
			t.Errorf("%v is not what it was", err)
		}
		for e := err; e != nil; {
			if printed := fmt.Sprintf("%v %+v", e, e); strings.Contains(printed, text) {
				t.Errorf("unwrapping shows %q", printed)
			}
			list, _ := e.(interface{ Unwrap() []error })
			if e = nil; list != nil {
				e = list.Unwrap()[len(list.Unwrap())-1]
			}
		}
	}
	// What can be printed is left as it is.
	cause := &ownError{"größer – 東京"}
	err := operations[0].call(t, t.Context(), newClient(t, failing(cause), once()))
	if list := err.(interface{ Unwrap() []error }).Unwrap(); list[len(list)-1] != error(cause) { //nolint:errorlint // that very error
		t.Errorf("it became %#v", list)
	}
}
