package exchange

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	r := NewRedactor(key, "nonce-0001", "short")
	for in, want := range map[string]string{
		"you sent " + key + " and " + key + ", 17": "you sent [redacted] and [redacted], 17",
		"replayed nonce-0001, which is short":      "replayed [redacted], which is short",
		"it begins with " + key[:8]:                "it begins with " + key[:8],
		"":                                         "",
	} {
		if got, body := r.Redact(in), r.body([]byte(in), true); got != want || string(body) != want {
			t.Errorf("%q: %q, and as a body %q", in, got, body)
		}
	}
	for n, want := range map[int]int{7: 0, 8: 1} { // bytes
		if got := NewRedactor(strings.Repeat("k", n)); len(got) != want {
			t.Errorf("%d bytes: %d forms", n, len(got))
		}
	}
}

// TestCredentialsWithPunctuation come back in the forms of JSON, Go, HTML and URLs.
func TestCredentialsWithPunctuation(t *testing.T) {
	for _, c := range []string{`a"b\c&d<e>f'g h+i/j%k`, `"it-begins`, `it-ends&`, "two  spaces"} {
		quoted := strings.Trim(strconv.Quote("|"+c+"|"), `"`)
		quoted = quoted[1 : len(quoted)-1]
		for name, form := range map[string]string{
			"plain": c, "JSON": strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`).Replace(quoted), "quoted": quoted,
			"HTML": html.EscapeString(c), "query": url.QueryEscape(c), "path": url.PathEscape(c), "printed": strings.ReplaceAll(c, "  ", " "),
		} {
			if got := NewRedactor(c).Redact("you sent " + form + "!"); got != "you sent [redacted]!" {
				t.Errorf("%s of %s: %s", name, c, got)
			}
		}
	}
}

// TestRedactorsAreJoined without a change to either.
func TestRedactorsAreJoined(t *testing.T) {
	first := slices.Grow(NewRedactor("nonce-0001"), 9)
	second, third := first.and(NewRedactor("nonce-0002")), first.and(NewRedactor("nonce-0003"))
	const all = "nonce-0001 nonce-0002 nonce-0003"
	for want, r := range map[string]Redactor{
		"[redacted] nonce-0002 nonce-0003": first, "[redacted] [redacted] nonce-0003": second, "[redacted] nonce-0002 [redacted]": third,
		"nonce-0001 [redacted] nonce-0003": Redactor(nil).and(NewRedactor("nonce-0002")),
	} {
		if got := r.Redact(all); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestAnswersThatBreakOffWithinACredential: of its beginning, more than a few characters tell something.
func TestAnswersThatBreakOffWithinACredential(t *testing.T) {
	for n := range len(key) + 1 {
		want := "you sent " + key[:n]
		if n >= 4 {
			want = "you sent [redacted]"
		}
		text := "you sent " + key[:n]
		brokenOff := do(t.Context(), t, newClient(cutOff(500, text, io.ErrUnexpectedEOF)), http.MethodGet)
		tooLarge := do(t.Context(), t, newClient(canned(500, text+"~"), func(c *Client) { c.MaxBytes = int64(len(text)) }), http.MethodGet)
		if string(brokenOff.Body) != want || string(tooLarge.Body) != want || !tooLarge.TooLarge {
			t.Errorf("%d characters: broken off %q, too large %q", n, brokenOff.Body, tooLarge.Body)
		}
	}
	// The longest beginning counts, of whichever form of whichever credential, and however it is spelled.
	r := NewRedactor("other-credential", `abcd"abcdefgh`, "abcdabcd1234")
	for _, cut := range []string{
		`abcd"abcd`, `abcd\"abcd`, "abcd&#34;abcde", "abcdabcd", "abcdabcd123", "other-cre",
		"oth\u200ber-cre", `\u006fther`, `other\u002dcre`, `other-cre\u200b`, `other-cre\u00`, `other\`, "other-cre\u200b", "other-cre\xe2\x80",
	} {
		if got := r.body([]byte("sent "+cut), false); string(got) != "sent [redacted]" {
			t.Errorf("%q: %q", cut, got)
		}
	}
	for _, kept := range []string{`oth`, `oth\u200b`, `\u006fth`, "oth\u200b", "other-x", "other-\xe2\x80x"} {
		if got := r.body([]byte("sent "+kept), false); string(got) != "sent "+kept {
			t.Errorf("%q: %q", kept, got)
		}
	}
}

// TestDisguisedCredentials: escapes that spell a character of it, and characters in it that show nothing, escaped or not.
func TestDisguisedCredentials(t *testing.T) {
	r := NewRedactor(`a/key"of\the-test`, "nonce-0001", "key-of-the-test")
	half := func(s string) string { return "nonce" + s + "-0001" }
	for in, want := range map[string]string{
		`\u006eonce-0001`: "[redacted]", `nonce-000\u0031`: "[redacted]", `\u006E\u006Fnce-0001 nonce\u002d0001`: "[redacted] [redacted]",
		`a\/key\"of\\the-test`: "[redacted]", `a\/k\u0065y\u0022of\u005cthe\u002dtest`: "[redacted]", // each in several ways
		half("\u200b"): "[redacted]", half(`\u200b\u0000`): "[redacted]", half(`\udb40\udc01`): "[redacted]", half(`\r\n\t\b\f`): "[redacted]", half("\u00ad\ufeff\n"): "[redacted]", half("\n"): "[redacted]",
		"C:\\key-of\u200b-the-test": `C:\[redacted]`, // whose backslash begins no escape that JSON has
		`\\` + half("\u200b"):       `\\[redacted]`, "nonce\u200b nonce-0001": "nonce\u200b [redacted]",
		// Nothing to redact, or no credential once it is decoded:
		`\\u006eonce-0001`: `\\u006eonce-0001`, half(`\u200`): half(`\u200`), half(`\uzzzz`): half(`\uzzzz`), half(`\x`): half(`\x`), half("\xff"): half("\xff"),
		half("\u00fc"): half("\u00fc"), half("x"): half("x"), `nonce\`: `nonce\`, `\u006eonce-000`: `\u006eonce-000`, `\`: `\`, "\u200b": "\u200b", `nonce\u00`: `nonce\u00`,
	} {
		if got := string(r.body(slices.Clip([]byte(in)), true)); got != want { // of which nothing lies behind the end
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

type ownError struct{ text string }

func (e *ownError) Error() string { return e.text }

// hidingError says nothing of what it wraps.
type hidingError struct{ cause ownError }

func (e hidingError) Error() string { return "no details" }
func (e hidingError) Unwrap() error { return &e.cause }

// TestErrorsThatAreNotToBePrinted: their text is cleaned, and errors.Is and errors.As find them still.
func TestErrorsThatAreNotToBePrinted(t *testing.T) {
	for text, want := range map[string]string{
		"sent " + key: "sent [redacted]", "sent " + key[:5] + "\u200b" + key[5:]: "sent [redacted]",
		"a\x1b[31mb": "a[31mb", "a\nb": "a b", "a\u202eb": "ab", "a\xffb": "a\ufffdb", "a\u2028b": "a b",
	} {
		own := &ownError{text}
		err := do(t.Context(), t, newClient(failing(fmt.Errorf("%w: %w", own, io.ErrClosedPipe))), http.MethodPost).Err
		if err.Error() != want+": io: read/write on closed pipe" {
			t.Errorf("got %q", err)
		}
		var found *ownError
		if !errors.Is(err, io.ErrClosedPipe) || !errors.As(err, &found) || found != own || errors.Is(err, io.EOF) {
			t.Errorf("%v is not what it was", err)
		}
		if printed := fmt.Sprintf("%v %+v", err, errors.Unwrap(err)); strings.Contains(printed, text) {
			t.Errorf("unwrapping shows %q", printed)
		}
	}
	// A cause of which nothing shows is not shown either.
	hidden := hidingError{ownError{"sent " + key}}
	err := do(t.Context(), t, newClient(failing(fmt.Errorf("%w: %w", hidden, io.ErrClosedPipe))), http.MethodPost).Err
	if err.Error() != "no details: io: read/write on closed pipe" || !errors.Is(err, io.ErrClosedPipe) || !errors.Is(err, hidden) {
		t.Errorf("got %v", err)
	}
	if printed := fmt.Sprintf("%#v %#v", err, errors.Unwrap(err)); strings.Contains(printed, key) {
		t.Errorf("unwrapping shows %s", printed)
	}
	// A body that breaks off has such an error too.
	if err := do(t.Context(), t, newClient(cutOff(200, "", &ownError{"sent " + key})), http.MethodPost).Err; err.Error() != "sent [redacted]" {
		t.Errorf("got %v", err)
	}
	// What can be printed is not changed; what is long is cut, after it was redacted.
	for text, want := range map[string]string{
		"größer – 東京": "größer – 東京", strings.Repeat("a", maxErrorText): strings.Repeat("a", maxErrorText),
		strings.Repeat("a", maxErrorText-10) + key: strings.Repeat("a", maxErrorText-10) + redacted,
	} {
		own := &ownError{text}
		if err := do(t.Context(), t, newClient(failing(own)), http.MethodPost).Err; err.Error() != want || !errors.Is(err, own) {
			t.Errorf("%.20s…: %#v", text, err)
		}
	}
	if err := do(t.Context(), t, newClient(failing(&ownError{strings.Repeat("a", maxErrorText+1)})), http.MethodPost).Err; len(err.Error()) > maxErrorText {
		t.Errorf("%d bytes", len(err.Error()))
	}
	for n := range 20 {
		text := strings.Repeat("a", maxErrorText-n) + key + key
		if err := do(t.Context(), t, newClient(failing(&ownError{text})), http.MethodPost).Err; len(err.Error()) > maxErrorText || strings.Contains(err.Error(), "k") {
			t.Errorf("%d: %d bytes end in %s", n, len(err.Error()), err.Error()[maxErrorText-30:])
		}
	}
}
