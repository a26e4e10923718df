package security_test

import (
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// echo writes a request's headers one after another, as a debugging page would.
func echo(r *http.Request) string {
	var b strings.Builder
	for name, values := range r.Header {
		fmt.Fprintf(&b, "%s=%s; ", name, strings.Join(values, ","))
	}
	return b.String()
}

// answer is a complete response.
func answer(status, contentType, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, contentType, len(body), body)
}

func envelope(r *http.Request) string {
	e := fmt.Sprintf("%q", echo(r))
	return `{"reply": {"err_code": ` + e + `, "err_msg": ` + e + `, "err_extra": [{"field": ` + e + `, "message": ` + e + `}, ` + e + `]}}`
}

// echoes are servers, gateways and wrong hosts that send back what they were sent, each in another place.
var echoes = map[string]func(r *http.Request) string{
	"success": func(r *http.Request) string {
		body := `{"DATA": "Scan is in Completed state", "reply": {"action_id": "1"}}`
		return answer("200 OK", "application/json", body)
	},
	"envelope":          func(r *http.Request) string { return answer("401 Unauthorized", "application/json", envelope(r)) },
	"envelope in a 200": func(r *http.Request) string { return answer("200 OK", "application/json", envelope(r)) },
	"netscan envelope": func(r *http.Request) string {
		e := fmt.Sprintf("%q", echo(r))
		return answer("400 Bad Request", "application/json", `{"err_msg": `+e+`, "metadata": {"code": `+e+`, "err_extra": `+e+`}}`)
	},
	"located message": func(r *http.Request) string {
		inner := fmt.Sprintf(`{"line": 1, "column": 2, "message": %q}`, echo(r))
		return answer("500 No", "application/json", fmt.Sprintf(`{"err_code": 1, "err_msg": %q}`, inner))
	},
	"map of details": func(r *http.Request) string {
		e := fmt.Sprintf("%q", echo(r))
		return answer("400 Bad Request", "application/json", `{"errorCode": `+e+`, "message": `+e+`, "details": {`+e+`: {"message": `+e+`}}}`)
	},
	"object as extra": func(r *http.Request) string {
		return answer("500 No", "application/json", fmt.Sprintf(`{"reply": {"err_code": 500, "err_extra": {"headers": %q}}}`, echo(r)))
	},
	"plain text": func(r *http.Request) string { return answer("403 Forbidden", "text/plain", echo(r)) },
	"HTML title": func(r *http.Request) string {
		return answer("502 Bad Gateway", "text/html", "<html><title>"+html.EscapeString(echo(r))+"</title></html>")
	},
	"HTML in a 200": func(r *http.Request) string {
		return answer("200 OK", "text/html", "<html><h1>"+echo(r)+"</h1></html>")
	},
	"another service": func(r *http.Request) string {
		return answer("200 OK", "application/json", fmt.Sprintf(`{"headers": %q}`, echo(r)))
	},
	"a list": func(r *http.Request) string {
		return answer("200 OK", "application/json", fmt.Sprintf(`[%q]`, echo(r)))
	},
	"another success": func(r *http.Request) string {
		return answer("201 Created", "application/json", fmt.Sprintf(`{"DATA": %q}`, echo(r)))
	},
	"a status without a state": func(r *http.Request) string {
		return answer("200 OK", "application/json", fmt.Sprintf(`{"DATA": %q, "reply": {"status": "1"}}`, echo(r)))
	},
	"response headers": func(r *http.Request) string {
		return "HTTP/1.1 429 No\r\nX-Echo: " + echo(r) + "\r\nRetry-After: " + r.Header.Get("Authorization") + "\r\nDate: " +
			r.Header.Get("Authorization") + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	},
	"status text": func(r *http.Request) string {
		return "HTTP/1.1 500 " + echo(r) + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	},
	"location": func(r *http.Request) string {
		return "HTTP/1.1 302 Found\r\nLocation: /?" + echo(r) + "\r\nContent-Length: 0\r\n\r\n"
	},
	"no status":   func(r *http.Request) string { return echo(r) + "\r\n\r\n" },
	"bad status":  func(r *http.Request) string { return "HTTP/1.1 " + r.Header.Get("Authorization") + " No\r\n\r\n" },
	"bad version": func(r *http.Request) string { return "HTTP/" + r.Header.Get("Authorization") + " 200 OK\r\n\r\n" },
	"bad header": func(r *http.Request) string {
		return "HTTP/1.1 200 OK\r\n" + strings.ReplaceAll(echo(r), ":", "=") + "\r\n\r\n"
	},
	"bad header name": func(r *http.Request) string {
		return "HTTP/1.1 200 OK\r\n" + r.Header.Get("Authorization") + " x: y\r\nContent-Length: 0\r\n\r\n"
	},
	"bad length": func(r *http.Request) string {
		return "HTTP/1.1 200 OK\r\nContent-Length: " + r.Header.Get("Authorization") + "\r\n\r\n"
	},
	"bad encoding": func(r *http.Request) string {
		return "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + r.Header.Get("Authorization") + "\r\n\r\n"
	},
	"bad trailer": func(r *http.Request) string {
		return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\n{}\r\n0\r\n" + strings.ReplaceAll(echo(r), ":", "=") + "\r\n\r\n"
	},
	"bad chunk": func(r *http.Request) string {
		return "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n" + r.Header.Get("Authorization") + "\r\n"
	},
	"bad compression": func(r *http.Request) string {
		return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n" + echo(r)
	},
	"cut off": func(r *http.Request) string {
		return "HTTP/1.1 500 No\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n" + echo(r)
	},
	"too large": func(r *http.Request) string {
		return answer("500 No", "text/plain", strings.Repeat(echo(r), 200))
	},
	"cut off within the secret": func(r *http.Request) string {
		secret := r.Header.Get("Authorization")
		return "HTTP/1.1 500 No\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\nyou sent " + secret[:len(secret)-1]
	},
}

// TestAnEchoGivesNoCredentialAway: whatever part of an answer repeats the request's headers, no credential comes
// out in an error, in anything that it wraps, in APIError.Body, or in a log.
func TestAnEchoGivesNoCredentialAway(t *testing.T) {
	for place, respond := range echoes {
		for keyType, cred := range credentials {
			for name, call := range calls {
				t.Run(place+"/"+keyType+"/"+name, func(t *testing.T) {
					url, heard := serve(t, respond)
					c, log := client(t, url, cred, wrapper.WithMaxResponseBytes(20_000))
					err := call(t.Context(), c)
					secrets := heard.secrets()
					if len(heard.requests) == 0 {
						t.Fatal("nothing was sent")
					}
					if place == "cut off within the secret" {
						for _, s := range secrets {
							secrets = append(secrets, s[:len(s)-1])
						}
					}
					wantHidden(t, "error", secrets, printed(err)...)
					wantHidden(t, "log", secrets, log.String())
					if log.Len() == 0 {
						t.Error("nothing was logged")
					}
				})
			}
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
