package security_test

import (
	"fmt"
	"html"
	"strings"
)

// answers are what a hostile server, gateway or wrong host can send, with a text of its choice in another place each time.
// That may be what it was sent, or what a terminal obeys.
var answers = map[string]func(s string) string{
	"reply": func(s string) string {
		s = inJSON(s)
		return answer("401 Unauthorized", "application/json", `{"reply": {"err_code": `+s+`, "err_msg": `+s+`, "err_extra": `+s+`}}`)
	},
	"reply in a 200": func(s string) string {
		s = inJSON(s)
		return answer("200 OK", "application/json", `{"reply": {"err_code": `+s+`, "err_msg": `+s+`, "err_extra": [{"field": `+s+`, "message": `+s+`}, `+s+`, {`+s+`: 1}]}}`)
	},
	"object as extra": func(s string) string {
		s = inJSON(s)
		return answer("500 No", "application/json", `{"reply": {"err_code": 500, "err_extra": {`+s+`: `+s+`}}}`)
	},
	"details": func(s string) string {
		s = inJSON(s)
		return answer("400 No", "application/json", `{"err_msg": "m", "metadata": {"code": `+s+`, "err_extra": [{"field": `+s+`, "message": `+s+`}, `+s+`]}}`)
	},
	"map of details": func(s string) string {
		s = inJSON(s)
		return answer("400 No", "application/json", `{"errorCode": `+s+`, "message": `+s+`, "details": {`+s+`: {"message": `+s+`}}}`)
	},
	"located message": func(s string) string {
		inner := `{"line": 1, "column": 2, "message": ` + inJSON(s) + `}`
		return answer("500 No", "application/json", `{"err_code": "500", "err_msg": `+inJSON(inner)+`}`)
	},
	"plain text":         func(s string) string { return answer("502 Bad Gateway", "text/plain", s) },
	"plain text in 200":  func(s string) string { return answer("200 OK", "text/plain", "x"+s) },
	"HTML title":         func(s string) string { return answer("502 No", "text/html", "<html><title>"+s+"</title></html>") },
	"HTML title, quoted": func(s string) string { return answer("502 No", "text/html", "<title>"+html.EscapeString(s)+"</title>") },
	"HTML heading in entities": func(s string) string {
		var entities strings.Builder
		for _, r := range s {
			fmt.Fprintf(&entities, "&#%d;", r)
		}
		return answer("200 OK", "text/html", "<html><h1>"+entities.String()+"</h1></html>")
	},
	"state": func(s string) string {
		return answer("200 OK", "application/json", `{"DATA": `+inJSON("Scan is in "+s+" state")+`, "reply": {"err_code": 0}}`)
	},
	"status message": func(s string) string {
		s = inJSON(s)
		return answer("200 OK", "application/json", `{"DATA": `+s+`, "reply": {"action_id": "", "status": `+s+`}}`)
	},
	"another service": func(s string) string {
		s = inJSON(s)
		return answer("200 OK", "application/json", `{`+s+`: 1, "reply": {`+s+`: `+s+`}}`)
	},
	"a list":          func(s string) string { return answer("200 OK", "application/json", "["+inJSON(s)+"]") },
	"another success": func(s string) string { return answer("201 Created", "application/json", `{"DATA": `+inJSON(s)+`}`) },
	"cut off":         func(s string) string { return "HTTP/1.1 500 No\r\nContent-Length: 100000\r\n\r\n" + s },
	"too large":       func(s string) string { return answer("500 No", "text/plain", strings.Repeat(s, 1+20_000/len(s))) },

	// What is wrong with the answer itself net/http says in its own words, and quotes it.
	"status text": func(s string) string {
		return "HTTP/1.1 500 " + s + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	},
	"status":       func(s string) string { return "HTTP/1.1 " + s + "\r\n\r\n" },
	"version":      func(s string) string { return "HTTP/" + s + " 200 OK\r\n\r\n" },
	"nothing else": func(s string) string { return s + "\r\n\r\n" },
	"header":       func(s string) string { return "HTTP/1.1 200 OK\r\n" + strings.ReplaceAll(s, ":", "=") + "\r\n\r\n" },
	"header name":  func(s string) string { return "HTTP/1.1 200 OK\r\n" + s + ": x\r\n\r\n" },
	"header values": func(s string) string {
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

// success is the documented one of both operations.
var success = answer("200 OK", "application/json", `{"DATA": "Scan is in Completed state", "reply": {"action_id": "1"}}`)

// answer is a complete response.
func answer(status, contentType, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, contentType, len(body), body)
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
