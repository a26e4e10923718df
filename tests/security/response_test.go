package security_test

import (
	"errors"
	"fmt"
	"net/http"
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
		// The limit is in the padding, because a credential that the limit cuts off is not recognized.
		"too large": whole("500 No", "text/plain", strings.Repeat(s+" ", 10_000/len(s+" "))+strings.Repeat(" ", 20_000)),
		"cut off":   "HTTP/1.1 500 No\r\nContent-Length: 100000\r\n\r\n" + s,

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

// TestHostileResponsesAreSanitized uses a server that echoes the headers of a request, with and without terminal escapes.
func TestHostileResponsesAreSanitized(t *testing.T) {
	validator, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	const escapes = "\x1b[31mred\x1b]0;title\x07 \u009b31m a\x00b\x08\x7f \u202egnp.exe\u2066 a\u200bb\u00ad\ufeff \ufff9 \xff\xc3( \ready\ntwo\u2028three\u0085"
	for place := range responses("") {
		for keyType, cred := range credentials {
			for name, call := range calls {
				for kind, s := range map[string]string{"an echo": "", "an echo with escapes": escapes} {
					t.Run(place+"/"+keyType+"/"+name+"/"+kind, func(t *testing.T) {
						url, received := serve(t, func(r *http.Request) string {
							echo := r.Header.Get("Authorization") + " " + s
							for name, values := range r.Header {
								echo += fmt.Sprintf("%s=%s; ", name, strings.Join(values, ","))
							}
							return responses(echo)[place]
						})
						c, log := client(t, url, cred, wrapper.WithMaxResponseBytes(20_000), wrapper.WithResponseValidator(validator))
						err := call(t.Context(), c)
						if len(received.requests) == 0 || log.Len() == 0 {
							t.Fatal("nothing was sent, or nothing was logged")
						}
						wantHidden(t, "error", received.secrets(), printed(err)...)
						wantHidden(t, "log", received.secrets(), log.String())
						for _, e := range tree(err) {
							if s := e.Error(); !isClean(s) || len(s) > 4<<10 {
								t.Errorf("%T is not printable or longer than 4 KiB: %q", e, s)
							}
						}
						var e *wrapper.APIError
						if errors.As(err, &e) && !isClean(e.Code+e.Message+e.Extra+e.Hint) {
							t.Errorf("a field is not printable: %q, %q, %q, %q", e.Code, e.Message, e.Extra, e.Hint)
						}
					})
				}
			}
		}
	}
}

func isClean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}
