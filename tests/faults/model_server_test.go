package faults_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// connection is the server's side of a link: what is in front of it, a proxy and TLS, and the protocol spoken on it.
type connection struct {
	*world
	link *link
	plan connectionPlan
}

func (c *connection) serve(conn net.Conn) {
	defer conn.Close()
	if c.proxied && c.scheme == "https" && !c.connect(conn) {
		return
	}
	http2 := c.http2
	if c.scheme == "https" {
		over, ok := c.secure(conn)
		if !ok {
			return
		}
		defer over.Close()
		conn, http2 = over, over.ConnectionState().NegotiatedProtocol == "h2"
	}
	if http2 {
		c.serveHTTP2(conn)
	} else {
		c.serveHTTP1(conn)
	}
}

// connect is the proxy's part.
func (c *connection) connect(conn net.Conn) bool {
	in := bufio.NewReader(conn) // the client sends no more before it has an answer
	if r, err := http.ReadRequest(in); err != nil || r.Method != http.MethodConnect {
		return false
	}
	switch c.plan.proxy {
	case "200":
		_, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
		return err == nil
	case "half":
		io.WriteString(conn, "HTTP/1.1 200 Connec")
	case "silent":
		c.link.breakOff("silent")
	case "407", "502":
		io.WriteString(conn, "HTTP/1.1 "+c.plan.proxy+" No\r\nContent-Length: 0\r\n\r\n")
	}
	return false
}

// secure is the TLS handshake.
func (c *connection) secure(conn net.Conn) (*tls.Conn, bool) {
	config := &tls.Config{Certificates: testCertificates()[:1], CurvePreferences: []tls.CurveID{tls.X25519}, NextProtos: []string{"http/1.1"}}
	if c.plan.http2 {
		config.NextProtos = []string{"h2"}
	}
	switch c.plan.handshake {
	case "closed":
		firstByte(conn)
		return nil, false
	case "alert":
		firstByte(conn)
		io.WriteString(conn, "\x15\x03\x03\x00\x02\x02\x28")
		return nil, false
	case "plain HTTP":
		firstByte(conn)
		io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
		return nil, false
	case "silent":
		c.link.breakOff("silent")
	case "a stranger's certificate":
		config.Certificates = testCertificates()[1:]
	}
	over := tls.Server(conn, config)
	return over, over.Handshake() == nil
}

// serveHTTP1 reads one request after the other and does with each what is planned.
func (c *connection) serveHTTP1(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 512)
	for n := 1; ; n++ {
		if _, err := in.Peek(1); err != nil {
			return
		}
		p := c.planRequest(c.link.number, n)
		if p.stage == "first byte" {
			c.log("connection %d, request %d begins: %s", c.link.number, n, p)
			time.Sleep(p.delay)
			if !c.finish(conn, p.end) {
				return
			}
			p.stage, p.say = "headers", "nothing"
		}
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		a := c.arrived(r, c.link.number, n)
		c.log("connection %d, request %d is %s: %s", c.link.number, n, a, p)
		if p.go100 && p.stage != "headers" && strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
			io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
		}
		switch p.stage {
		case "whole":
			if a.body, err = io.ReadAll(r.Body); err != nil {
				return
			}
		case "half":
			io.CopyN(io.Discard, r.Body, max(1, r.ContentLength/2))
		}
		c.ledger.note(withBody(r, a.body))
		time.Sleep(p.delay)
		if p.inform > 0 {
			fmt.Fprintf(conn, "HTTP/1.1 %d Wait\r\n\r\n", p.inform)
		}
		c.answerHTTP1(conn, a, p)
		if !c.finish(conn, p.end) {
			return
		}
		if p.say != "all" { // the client waits in vain
			io.Copy(io.Discard, in)
			return
		}
		if p.stage != "whole" {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
		}
	}
}

// withBody returns the request with a body that can be read.
func withBody(r *http.Request, body []byte) *http.Request {
	read := *r
	read.Body = io.NopCloser(bytes.NewReader(body))
	return &read
}

func (c *connection) answerHTTP1(conn net.Conn, a *arrival, p requestPlan) {
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n", p.reply.status, http.StatusText(p.reply.status))
	if p.early {
		io.WriteString(conn, head)
	}
	action := ""
	if p.execute {
		action = c.execute(a, p.reply)
	}
	body := p.reply.body(a, action)
	head += fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body))
	answer := head + body
	switch p.say {
	case "nothing":
		answer = ""
	case "half the headers":
		answer = head[:len(head)*2/3]
	case "the headers":
		answer = head
	case "half":
		answer = head + body[:len(body)/2]
	}
	if p.early { // the rest of it
		answer = answer[min(len(answer), strings.Index(head, "Content-Length")):]
	}
	io.WriteString(conn, answer)
}

// finish does to the connection what is planned, and says whether it goes on.
func (c *connection) finish(conn net.Conn, end string) bool {
	switch end {
	case "closed":
		return false
	case "reset", "lossy reset", "silent":
		c.link.breakOff(end)
		return false
	case "garbage":
		io.WriteString(conn, "\x00\x00\x05\x07SSH-2.0 what is this?\r\n")
	}
	return true
}

// body is a reply to the request, which was executed as that action, or not at all.
func (r reply) body(a *arrival, action string) string {
	switch r.form {
	case "empty":
		return ""
	case "text":
		return "what the service says to this"
	case "HTML":
		return "<html><title>Sign in</title></html>"
	case "envelope":
		return `{"reply":{"err_code":` + r.code + `,"err_msg":"no","err_extra":null}}`
	case "flat envelope":
		return `{"err_code":` + r.code + `,"err_msg":"no"}`
	case "netscan envelope":
		return `{"data":{"err_msg":"no","metadata":{"err_extra":"why","err_code":` + r.code + `}}}`
	case "envelope with an action":
		return `{"reply":{"action_id":"` + action + `","err_code":` + r.code + `,"err_msg":"no"}}`
	case "error":
		return `{"error":"no"}`
	case "errors":
		return `{"errors":[{"message":"no"}]}`
	case "detail":
		return `{"detail":"no"}`
	case "another shape":
		return `{"reply":[],"DATA":[]}`
	}
	good := fmt.Sprintf(`{"DATA":"Scan is in %s state","reply":{"action_id":"%s","status":"1","endpoints_count":"1"}}`, a.call, action)
	switch r.form {
	case "half":
		return good[:len(good)/2]
	case "large":
		return good + strings.Repeat(" ", 5000)
	}
	return good
}
