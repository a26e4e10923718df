package security_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
)

// responses are what a hostile server, a gateway or a wrong host can send, each with a string of its choice in another
// place: what it received, or what a terminal obeys.
var responses = map[string]func(s string) string{
	"reply": func(s string) string {
		s = inJSON(s)
		return whole("401 Unauthorized", "application/json", `{"reply": {"err_code": `+s+`, "err_msg": `+s+`, "err_extra": `+s+`}}`)
	},
	"reply in a 200": func(s string) string {
		s = inJSON(s)
		return whole("200 OK", "application/json", `{"reply": {"err_code": `+s+`, "err_msg": `+s+`, "err_extra": [{"field": `+s+`, "message": `+s+`}, `+s+`, {`+s+`: 1}]}}`)
	},
	"object as extra": func(s string) string {
		s = inJSON(s)
		return whole("500 No", "application/json", `{"reply": {"err_code": 500, "err_extra": {`+s+`: `+s+`}}}`)
	},
	"details": func(s string) string {
		s = inJSON(s)
		return whole("400 No", "application/json", `{"err_msg": "m", "metadata": {"code": `+s+`, "err_extra": [{"field": `+s+`, "message": `+s+`}, `+s+`]}}`)
	},
	"map of details": func(s string) string {
		s = inJSON(s)
		return whole("400 No", "application/json", `{"errorCode": `+s+`, "message": `+s+`, "details": {`+s+`: {"message": `+s+`}}}`)
	},
	"located message": func(s string) string {
		inner := `{"line": 1, "column": 2, "message": ` + inJSON(s) + `}`
		return whole("500 No", "application/json", `{"err_code": "500", "err_msg": `+inJSON(inner)+`}`)
	},
	"errors": func(s string) string {
		return whole("200 OK", "application/json", `{"errors": [{"message": `+inJSON(s)+`}]}`)
	},
	"plain text":         func(s string) string { return whole("502 Bad Gateway", "text/plain", s) },
	"plain text in 200":  func(s string) string { return whole("200 OK", "text/plain", "x"+s) },
	"HTML title":         func(s string) string { return whole("502 No", "text/html", "<html><title>"+s+"</title></html>") },
	"HTML title, quoted": func(s string) string { return whole("502 No", "text/html", "<title>"+html.EscapeString(s)+"</title>") },
	"state": func(s string) string {
		return whole("200 OK", "application/json", `{"DATA": `+inJSON("Scan is in "+s+" state")+`, "reply": {"err_code": 0}}`)
	},
	"status message": func(s string) string {
		s = inJSON(s)
		return whole("200 OK", "application/json", `{"DATA": `+s+`, "reply": {"action_id": "", "status": `+s+`}}`)
	},
	"action beside an error": func(s string) string {
		s = inJSON(s)
		return whole("200 OK", "application/json", `{"reply": {"action_id": `+s+`, "err_code": 500, "err_msg": "no"}}`)
	},
	"another service": func(s string) string {
		s = inJSON(s)
		return whole("200 OK", "application/json", `{`+s+`: 1, "reply": {`+s+`: `+s+`}}`)
	},
	"a list":          func(s string) string { return whole("200 OK", "application/json", "["+inJSON(s)+"]") },
	"another success": func(s string) string { return whole("201 Created", "application/json", `{"DATA": `+inJSON(s)+`}`) },
	"cut off":         func(s string) string { return "HTTP/1.1 500 No\r\nContent-Length: 100000\r\n\r\n" + s },
	"too large":       func(s string) string { return whole("500 No", "text/plain", strings.Repeat(s+" ", 1+20_000/len(s))) },

	// net/http quotes what is wrong with these.
	"reason phrase": func(s string) string {
		return "HTTP/1.1 500 " + s + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	},
	"status":       func(s string) string { return "HTTP/1.1 " + s + "\r\n\r\n" },
	"version":      func(s string) string { return "HTTP/" + s + " 200 OK\r\n\r\n" },
	"nothing else": func(s string) string { return s + "\r\n\r\n" },
	"header":       func(s string) string { return "HTTP/1.1 200 OK\r\n" + strings.ReplaceAll(s, ":", "=") + "\r\n\r\n" },
	"header name":  func(s string) string { return "HTTP/1.1 200 OK\r\n" + s + ": x\r\n\r\n" },
	"redirect": func(s string) string {
		return "HTTP/1.1 302 Found\r\nLocation: /?" + s + "\r\nRetry-After: " + s + "\r\nServer: " + s + "\r\nContent-Length: 0\r\n\r\n"
	},
	"headers of a 401": func(s string) string {
		return "HTTP/1.1 401 No\r\nDate: " + s + "\r\nContent-Type: " + s + "\r\nContent-Length: 0\r\n\r\n"
	},
	"length":   func(s string) string { return "HTTP/1.1 200 OK\r\nContent-Length: " + s + "\r\n\r\n" },
	"encoding": func(s string) string { return "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + s + "\r\n\r\n" },
	"chunk":    func(s string) string { return "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n" + s + "\r\n" },
	"trailer": func(s string) string {
		return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\n{}\r\n0\r\n" + strings.ReplaceAll(s, ":", "=") + "\r\n\r\n"
	},
	"compression": func(s string) string {
		return "HTTP/1.1 500 No\r\nContent-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n" + s
	},
}

// success is the documented success of both operations.
var success = whole("200 OK", "application/json", `{"DATA": "Scan is in Completed state", "reply": {"action_id": "1"}}`)

func whole(status, contentType, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, contentType, len(body), body)
}

// inJSON writes a JSON string and keeps invalid UTF-8, which encoding/json would replace.
func inJSON(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == 0x7f {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return `"` + b.String() + `"`
}

// TestEchoedCredentialsAreHidden makes the server send back what it received, in every place of a response.
func TestEchoedCredentialsAreHidden(t *testing.T) {
	for place, respond := range responses {
		for keyType, cred := range credentials {
			for _, name := range []string{"abort", "wait", "status through API"} {
				t.Run(place+"/"+keyType+"/"+name, func(t *testing.T) {
					wantNoEcho(t, cred, calls[name], func(r *http.Request) string {
						echo := r.Header.Get("Authorization") + " "
						for name, values := range r.Header {
							echo += fmt.Sprintf("%s=%s; ", name, strings.Join(values, ","))
						}
						return respond(echo)
					})
				})
			}
		}
	}
}

func wantNoEcho(t *testing.T, cred wrapper.Credential, call func(context.Context, *wrapper.Client) error, respond func(*http.Request) string) {
	t.Helper()
	url, received := serve(t, respond)
	c, log := client(t, url, cred, wrapper.WithMaxResponseBytes(20_000))
	err := call(t.Context(), c)
	if len(received.requests) == 0 || log.Len() == 0 {
		t.Fatal("nothing was sent, or nothing was logged")
	}
	wantHidden(t, "error", received.secrets(), printed(err)...)
	wantHidden(t, "log", received.secrets(), log.String())
}

var percent = regexp.MustCompile(`%[0-9A-F]{2}`)

// TestEncodedCredentialsAreHidden sends back a key with every kind of punctuation, as common encoders write it.
func TestEncodedCredentialsAreHidden(t *testing.T) {
	const key = `Key<"Marker'&>+/=%?# \Q7w8E9`
	goJSON := func(escapeHTML bool) string {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(escapeHTML)
		if err := e.Encode(key); err != nil {
			t.Fatal(err)
		}
		return b.String()[1 : b.Len()-2]
	}
	lower := func(s string) string { return percent.ReplaceAllStringFunc(s, strings.ToLower) }
	for encoder, encoded := range map[string]string{
		"none":                  key,
		"JSON":                  goJSON(false),
		"Go's JSON":             goJSON(true),
		"HTML":                  html.EscapeString(key),
		"Python's HTML":         strings.NewReplacer("&#34;", "&quot;", "&#39;", "&#x27;").Replace(html.EscapeString(key)),
		"URL query":             url.QueryEscape(key),
		"URL query, lower case": lower(url.QueryEscape(key)),
		"URL path":              url.PathEscape(key),
		"URL path, lower case":  lower(url.PathEscape(key)),
	} {
		for place, respond := range map[string]string{
			"plain text":   whole("502 No", "text/plain", "you sent "+encoded+" to me"),
			"HTML":         whole("403 No", "text/html", "<html><title>you sent "+encoded+" to me</title></html>"),
			"cut off":      "HTTP/1.1 500 No\r\nContent-Length: 100000\r\n\r\nyou sent " + encoded + " to me",
			"JSON":         whole("401 No", "application/json", `{"reply":{"err_code":401,"err_msg":"you sent `+encoded+` to me","err_extra":null}}`),
			"JSON in JSON": whole("500 No", "application/json", `{"err_code":"500","err_msg":`+inJSON(`{"line":1,"column":2,"message":"you sent `+encoded+` to me"}`)+`}`),
			"JSON 200":     whole("200 OK", "application/json", `{"reply":{"err_code":401,"err_msg":"you sent `+encoded+` to me"}}`),
			"header":       "HTTP/1.1 401 No\r\nWWW-Authenticate: " + encoded + "\r\nContent-Length: 0\r\n\r\n",
		} {
			t.Run(encoder+"/"+place, func(t *testing.T) {
				url, _ := serve(t, func(*http.Request) string { return respond })
				c, _ := client(t, url, wrapper.StandardKey(idMarker, key))
				_, err := c.AbortScan(t.Context(), wrapper.AllEndpoints())
				var e *wrapper.APIError
				if !errors.As(err, &e) {
					t.Fatalf("got %v", err)
				}
				for _, s := range []string{encoded, key, html.EscapeString(key)} {
					if all := err.Error() + e.Message + string(e.Body) + fmt.Sprint(e.Header, e.Details, e.Extra); strings.Contains(all, s) {
						t.Errorf("%s is in %s", s, all)
					}
				}
			})
		}
	}
}

// dirty contains one string for each kind of character that a terminal obeys or displays as something else.
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

// TestTerminalEscapesAreRemoved checks every string of an error, of everything it wraps, the state, and the log.
func TestTerminalEscapesAreRemoved(t *testing.T) {
	validator, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	for kind, s := range dirty {
		for place, respond := range responses {
			for validated, opts := range map[string][]wrapper.Option{"plain": nil, "validated": {wrapper.WithResponseValidator(validator)}} {
				if opts != nil && !strings.HasPrefix(respond(s), "HTTP/1.1 2") {
					continue // an error is not validated
				}
				t.Run(strings.Join([]string{kind, place, validated}, "/"), func(t *testing.T) {
					url, _ := serve(t, func(*http.Request) string { return respond(s) })
					var log rawLog
					c, _ := client(t, url, credentials["advanced"], append(opts, wrapper.WithMaxResponseBytes(20_000), wrapper.WithLogger(slog.New(&log)))...)
					for _, name := range []string{"abort", "status", "status through API"} {
						wantClean(t, calls[name](t.Context(), c))
					}
					if status, err := c.GetScanRunStatus(t.Context(), 1); err == nil && !isClean(status.State()) {
						t.Errorf("state %q", status.State())
					}
					if !isClean(log.String()) || log.Len() == 0 {
						t.Errorf("logged %q", log.String())
					}
				})
			}
		}
	}
}

// rawLog keeps what is logged before a handler quotes it.
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

// wantClean checks every string of an error and of everything it wraps.
func wantClean(t testing.TB, err error) {
	t.Helper()
	check := func(what, s string, limit int) {
		if !isClean(s) || len(s) > limit {
			t.Errorf("%s, %d bytes: %q", what, len(s), s)
		}
	}
	for _, e := range tree(err) {
		check(fmt.Sprintf("%T", e), e.Error(), 4<<10)
	}
	var e *wrapper.APIError
	if !errors.As(err, &e) {
		return
	}
	for what, s := range map[string]string{"Operation": e.Operation, "Code": e.Code, "Message": e.Message, "Extra": e.Extra, "Hint": e.Hint} {
		check(what, s, 1<<10)
	}
	for _, d := range e.Details {
		check("Detail", d.String(), 2<<10)
		check("Field", d.Field, 1<<10)
		check("Message of a Detail", d.Message, 1<<10)
	}
}
