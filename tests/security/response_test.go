package security_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
)

// responses returns what a hostile server, a gateway or the wrong host might send. Each contains s in a different place.
func responses(s string) map[string]string {
	j := inJSON(s)
	inJSONObject := func(status, body string) string { return whole(status, "application/json", body) }
	withoutColon := strings.ReplaceAll(s, ":", "=")
	return map[string]string{
		"reply":                  inJSONObject("401 Unauthorized", `{"reply": {"err_code": `+j+`, "err_msg": `+j+`, "err_extra": `+j+`}}`),
		"reply in a 200":         inJSONObject("200 OK", `{"reply": {"err_code": `+j+`, "err_msg": `+j+`, "err_extra": [{"field": `+j+`, "message": `+j+`}, {`+j+`: 1}]}}`),
		"details":                inJSONObject("400 No", `{"err_msg": "m", "metadata": {"code": `+j+`, "err_extra": [{"field": `+j+`, "message": `+j+`}, `+j+`]}}`),
		"details by field":       inJSONObject("400 No", `{"errorCode": `+j+`, "message": `+j+`, "details": {`+j+`: {"message": `+j+`}}}`),
		"message in a message":   inJSONObject("500 No", `{"err_code": "500", "err_msg": `+inJSON(`{"line": 1, "column": 2, "message": `+j+`}`)+`}`),
		"errors":                 inJSONObject("200 OK", `{"errors": [{"message": `+j+`}]}`),
		"state":                  inJSONObject("200 OK", `{"DATA": `+inJSON("Scan is in "+s+" state")+`, "reply": {"err_code": 0}}`),
		"status message":         inJSONObject("200 OK", `{"DATA": `+j+`, "reply": {"action_id": "", "status": `+j+`}}`),
		"action beside an error": inJSONObject("200 OK", `{"reply": {"action_id": `+j+`, "err_code": 500, "err_msg": "no"}}`),
		"another shape":          inJSONObject("200 OK", `{`+j+`: 1, "reply": {`+j+`: `+j+`}}`),
		"plain text":             whole("502 Bad Gateway", "text/plain", s),
		"plain text in a 200":    whole("200 OK", "text/plain", "x"+s),
		"HTML":                   whole("502 No", "text/html", "<html><title>"+s+"</title></html>"),
		"too large":              whole("500 No", "text/plain", strings.Repeat(s+" ", 1+20_000/len(s+" "))),
		"cut off":                "HTTP/1.1 500 No\r\nContent-Length: 100000\r\n\r\n" + s,

		// For most of these responses, net/http's error quotes the response.
		"reason phrase": "HTTP/1.1 500 " + s + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"status":        "HTTP/1.1 " + s + "\r\n\r\n",
		"nothing else":  s + "\r\n\r\n",
		"header":        "HTTP/1.1 200 OK\r\n" + withoutColon + "\r\n\r\n",
		"redirect":      "HTTP/1.1 302 Found\r\nLocation: /?" + s + "\r\nRetry-After: " + s + "\r\nServer: " + s + "\r\nContent-Length: 0\r\n\r\n",
		"date":          "HTTP/1.1 401 No\r\nDate: " + s + "\r\nContent-Type: " + s + "\r\nContent-Length: 0\r\n\r\n",
		"length":        "HTTP/1.1 200 OK\r\nContent-Length: " + s + "\r\n\r\n",
		"chunk":         "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n" + s + "\r\n",
		"trailer":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\n{}\r\n0\r\n" + withoutColon + "\r\n\r\n",
		"compression":   "HTTP/1.1 500 No\r\nContent-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n" + s,
	}
}

func whole(status, contentType, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, contentType, len(body), body)
}

// inJSON returns s as a JSON string. Unlike encoding/json, it keeps invalid UTF-8.
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

// TestEchoedCredentialsAreHidden uses a server that echoes the headers of a request.
func TestEchoedCredentialsAreHidden(t *testing.T) {
	for place := range responses("") {
		for keyType, cred := range credentials {
			for _, name := range []string{"abort", "wait", "status through API"} {
				t.Run(place+"/"+keyType+"/"+name, func(t *testing.T) {
					url, received := serve(t, func(r *http.Request) string {
						echo := r.Header.Get("Authorization") + " "
						for name, values := range r.Header {
							echo += fmt.Sprintf("%s=%s; ", name, strings.Join(values, ","))
						}
						return responses(echo)[place]
					})
					c, log := client(t, url, cred, wrapper.WithMaxResponseBytes(20_000))
					err := calls[name](t.Context(), c)
					if len(received.requests) == 0 || log.Len() == 0 {
						t.Fatal("nothing was sent, or nothing was logged")
					}
					wantHidden(t, "error", received.secrets(), printed(err)...)
					wantHidden(t, "log", received.secrets(), log.String())
				})
			}
		}
	}
}

var percent = regexp.MustCompile(`%[0-9A-F]{2}`)

// TestEncodedCredentialsAreHidden uses a key with many kinds of punctuation. A server sends the key back in common encodings.
func TestEncodedCredentialsAreHidden(t *testing.T) {
	const key = `Key<"Marker'&>+/=%?# \Q7w8E9`
	goJSON, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	lower := func(s string) string { return percent.ReplaceAllStringFunc(s, strings.ToLower) }
	for encoder, encoded := range map[string]string{
		"none":                  key,
		"JSON":                  strings.Trim(strconv.Quote(key), `"`),
		"Go's JSON":             string(goJSON[1 : len(goJSON)-1]),
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
			"JSON":         whole("401 No", "application/json", `{"reply":{"err_code":401,"err_msg":"you sent `+encoded+` to me","err_extra":null}}`),
			"JSON in JSON": whole("500 No", "application/json", `{"err_code":"500","err_msg":`+inJSON(`{"line":1,"column":2,"message":"you sent `+encoded+` to me"}`)+`}`),
			"header":       "HTTP/1.1 401 No\r\nWWW-Authenticate: " + encoded + "\r\nContent-Length: 0\r\n\r\n",
		} {
			t.Run(encoder+"/"+place, func(t *testing.T) {
				url, _ := serve(t, func(*http.Request) string { return respond })
				c, _ := client(t, url, wrapper.StandardKey(idMarker, key))
				_, err := c.AbortScan(t.Context(), wrapper.AllEndpoints())
				var e *wrapper.APIError
				if !errors.As(err, &e) {
					t.Fatalf("got %v, want an *APIError", err)
				}
				for _, s := range []string{encoded, key, html.EscapeString(key)} {
					if all := err.Error() + e.Message + string(e.Body) + fmt.Sprint(e.Header, e.Details, e.Extra); strings.Contains(all, s) {
						t.Errorf("the error contains %s: %s", s, all)
					}
				}
			})
		}
	}
}

// TestTerminalEscapesAreRemoved checks the log, the state of a run, and every string in an error and in the errors that
// it wraps. The tests of package text cover every kind of character.
func TestTerminalEscapesAreRemoved(t *testing.T) {
	validator, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	const inLine = "\x1b[31mred\x1b]0;title\x07 \u009b31m a\x00b\x08\x7f \u202egnp.exe\u2066 a\u200bb\u00ad\ufeff \U000e0041 \ufff9 \xff\xc3( \ready"
	for place := range responses("") {
		for kind, s := range map[string]string{"in a line": inLine, "line breaks": "one\ntwo\r\nthree\vfour\u2028five\u2029six\u0085"} {
			for _, opts := range [][]wrapper.Option{nil, {wrapper.WithResponseValidator(validator)}} {
				t.Run(fmt.Sprintf("%s/%s/%d", place, kind, len(opts)), func(t *testing.T) {
					url, _ := serve(t, func(*http.Request) string { return responses(s)[place] })
					var log strings.Builder // the handler's own output would quote the values
					handler := slog.NewTextHandler(io.Discard, &slog.HandlerOptions{
						Level:       slog.LevelDebug,
						ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { fmt.Fprint(&log, a.Key, a.Value); return a },
					})
					opts := append(opts, wrapper.WithMaxResponseBytes(20_000), wrapper.WithLogger(slog.New(handler)))
					c, _ := client(t, url, credentials["advanced"], opts...)
					for _, name := range []string{"abort", "status", "status through API"} {
						wantClean(t, calls[name](t.Context(), c))
					}
					if status, err := c.GetScanRunStatus(t.Context(), 1); err == nil && !isClean(status.State()) {
						t.Errorf("the state is not printable: %q", status.State())
					}
					if !isClean(log.String()) || log.Len() == 0 {
						t.Errorf("the log is empty or not printable: %q", log.String())
					}
				})
			}
		}
	}
}

func isClean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

// wantClean checks that every string in an error, and in the errors that it wraps, is printable and bounded.
func wantClean(t testing.TB, err error) {
	t.Helper()
	check := func(what, s string, limit int) {
		if !isClean(s) || len(s) > limit {
			t.Errorf("%s is not printable or longer than %d bytes: %q", what, limit, s)
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
