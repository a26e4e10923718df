package security_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
)

// dirty is what a terminal would obey, or show as something else than it is; one text for each kind.
var dirty = map[string]string{
	"escape sequence":     "\x1b[31mred\x1b[0m",
	"window title":        "\x1b]0;owned\x07",
	"hyperlink":           "\x1b]8;;https://example.org\x1b\\click\x1b]8;;\x1b\\",
	"C1 controls":         "\u009b31m\u0085\u0090",
	"NUL, BEL, backspace": "a\x00b\x07c\x08\x08d\x7f",
	"carriage return":     "ok\rfailed",
	"line breaks":         "one\ntwo\r\nthree\vfour\ffive",
	"separators":          "one\u2028two\u2029three",
	"bidi overrides":      "\u202egnp.exe\u202c \u2066a\u2069 \u200f\u061c",
	"zero-width":          "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg",
	"tags":                "\U000e0041\U000e007f",
	"interlinear":         "\ufff9a\ufffab\ufffb",
	"invalid UTF-8":       "a\xffb\xc3(\xed\xa0\x80\xf4\x90\x80\x80",
}

// inJSON writes s as a JSON string and leaves invalid UTF-8 in it, which encoding/json would mend.
func inJSON(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c == '"' || c == '\\' || c == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}

// places are where a server can put such a text. Where two bodies are given the second one is for an abort.
var places = map[string]func(s string) (status int, header http.Header, body string){
	"reply": func(s string) (int, http.Header, string) {
		return 500, nil, `{"reply": {"err_code": ` + inJSON(s) + `, "err_msg": ` + inJSON(s) + `, "err_extra": ` + inJSON(s) + `}}`
	},
	"reply in a 200": func(s string) (int, http.Header, string) {
		return 200, nil, `{"reply": {"err_code": ` + inJSON(s) + `, "err_msg": ` + inJSON(s) + `, "err_extra": {` + inJSON(s) + `: ` + inJSON(s) + `}}}`
	},
	"details": func(s string) (int, http.Header, string) {
		return 400, nil, `{"err_msg": "m", "metadata": {"code": ` + inJSON(s) + `, "err_extra": [{"field": ` + inJSON(s) + `, "message": ` + inJSON(s) + `}, ` + inJSON(s) + `, {` + inJSON(s) + `: 1}]}}`
	},
	"map of details": func(s string) (int, http.Header, string) {
		return 400, nil, `{"errorCode": ` + inJSON(s) + `, "message": ` + inJSON(s) + `, "details": {` + inJSON(s) + `: {"message": ` + inJSON(s) + `}}}`
	},
	"located message": func(s string) (int, http.Header, string) {
		return 500, nil, `{"err_code": "500", "err_msg": ` + inJSON(`{"line": 1, "column": 2, "message": `+inJSON(s)+`}`) + `}`
	},
	"plain text":  func(s string) (int, http.Header, string) { return 502, nil, s },
	"text in 200": func(s string) (int, http.Header, string) { return 200, nil, "x" + s },
	"HTML title":  func(s string) (int, http.Header, string) { return 502, nil, "<html><title>" + s + "</title></html>" },
	"HTML heading in entities": func(s string) (int, http.Header, string) {
		var entities strings.Builder
		for _, r := range s {
			fmt.Fprintf(&entities, "&#%d;", r)
		}
		return 200, nil, "<html><h1>" + entities.String() + "</h1></html>"
	},
	"state": func(s string) (int, http.Header, string) {
		return 200, nil, `{"DATA": ` + inJSON("Scan is in "+s+" state") + `, "reply": {"err_code": 0}}`
	},
	"status message": func(s string) (int, http.Header, string) {
		return 200, nil, `{"DATA": ` + inJSON(s) + `, "reply": {"action_id": "", "status": ` + inJSON(s) + `}}`
	},
	"member names": func(s string) (int, http.Header, string) {
		return 200, nil, `{` + inJSON(s) + `: 1, "reply": {` + inJSON(s) + `: ` + inJSON(s) + `}}`
	},
	"headers": func(s string) (int, http.Header, string) {
		h := http.Header{}
		for _, name := range []string{"Retry-After", "Date", "Location", "Content-Type", "Www-Authenticate", "Server", s} {
			h[name] = []string{s}
		}
		return 302, h, ""
	},
	"headers of a 401": func(s string) (int, http.Header, string) {
		return 401, http.Header{"Date": {s}, "Retry-After": {s}, "Content-Type": {s}}, s
	},
}

// TestNothingThatATerminalObeys comes out of any text that a server sends: not in an error's text or in that of
// anything it wraps, not in a text of APIError, not in a state, not in a log.
func TestNothingThatATerminalObeys(t *testing.T) {
	validator, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	for kind, text := range dirty {
		for place, make := range places {
			for name, call := range calls {
				for validated, opts := range map[string][]wrapper.Option{"": nil, "/validated": {wrapper.WithResponseValidator(validator)}} {
					t.Run(kind+"/"+place+"/"+name+validated, func(t *testing.T) {
						rt := roundTripper(func(r *http.Request) (*http.Response, error) {
							status, header, body := make(text)
							return &http.Response{StatusCode: status, Status: fmt.Sprint(status, " ", text), Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1}, nil
						})
						var log rawLog
						c, _ := client(t, "https://example.org", credentials["advanced"], append(opts,
							wrapper.WithHTTPClient(&http.Client{Transport: rt}), wrapper.WithLogger(slog.New(&log)))...)
						wantClean(t, call(t.Context(), c))
						if !isClean(log.String()) {
							t.Errorf("logged %q", log.String())
						}
						if status, err := c.GetScanRunStatus(t.Context(), 1); err == nil && !isClean(status.State()) {
							t.Errorf("state %q", status.State())
						}
					})
				}
			}
		}
	}
}

// TestNothingThatATerminalObeysOverASocket: what is wrong with the answer itself, net/http says in its own words,
// and quotes it.
func TestNothingThatATerminalObeysOverASocket(t *testing.T) {
	for kind, text := range dirty {
		for place, answer := range map[string]string{
			"status text":   "HTTP/1.1 500 " + text + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
			"status":        "HTTP/1.1 " + text + "\r\n\r\n",
			"version":       text + "\r\n\r\n",
			"header":        "HTTP/1.1 200 OK\r\n" + text + "\r\n\r\n",
			"header value":  "HTTP/1.1 302 Found\r\nLocation: " + text + "\r\nRetry-After: " + text + "\r\nContent-Length: 0\r\n\r\n",
			"header name":   "HTTP/1.1 200 OK\r\n" + text + ": x\r\n\r\n",
			"length":        "HTTP/1.1 200 OK\r\nContent-Length: " + text + "\r\n\r\n",
			"encoding":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + text + "\r\n\r\n",
			"chunk":         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + text + "\r\n",
			"trailer":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + text + "\r\n\r\n",
			"cut-off text":  "HTTP/1.1 500 No\r\nContent-Length: 1000\r\n\r\n" + text,
			"bad gzip text": "HTTP/1.1 500 No\r\nContent-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n" + text,
		} {
			for name, call := range calls {
				t.Run(kind+"/"+place+"/"+name, func(t *testing.T) {
					url, _ := serve(t, func(*http.Request) string { return answer })
					c, log := client(t, url, credentials["standard"])
					wantClean(t, call(t.Context(), c))
					for line := range bytes.Lines(log.Bytes()) {
						if !isClean(strings.TrimSuffix(string(line), "\n")) {
							t.Errorf("logged %q", line)
						}
					}
				})
			}
		}
	}
}

// rawLog keeps what is logged, before any handler has put it into quotes.
type rawLog struct{ strings.Builder }

func (l *rawLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *rawLog) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *rawLog) WithGroup(string) slog.Handler            { return l }
func (l *rawLog) Handle(_ context.Context, r slog.Record) error {
	fmt.Fprint(l, r.Level, r.Message)
	r.Attrs(func(a slog.Attr) bool { fmt.Fprint(l, a.Key, a.Value); return true })
	return nil
}

func isClean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

// wantClean checks every text of an error, and of all that it wraps.
func wantClean(t testing.TB, err error) {
	t.Helper()
	clean := func(what, text string, atMost int) {
		if !isClean(text) || len(text) > atMost {
			t.Errorf("%s, %d bytes: %q", what, len(text), text)
		}
	}
	for _, node := range nodes(err) {
		clean(fmt.Sprintf("%T", node), node.Error(), 4<<10)
	}
	var e *wrapper.APIError
	if !errors.As(err, &e) {
		return
	}
	clean("Operation", e.Operation, 1<<10)
	clean("Code", e.Code, 1<<10)
	clean("Message", e.Message, 1<<10)
	clean("Extra", e.Extra, 1<<10)
	clean("Hint", e.Hint, 1<<10)
	for _, d := range e.Details {
		clean("Detail", d.String(), 2<<10)
		clean("Field", d.Field, 1<<10)
		clean("Message of a detail", d.Message, 1<<10)
	}
}
