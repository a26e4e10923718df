package faults_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// dice makes the random choices of a schedule. Every connection, request and call has its own dice, so that its choices
// do not depend on the order of events.
type dice struct{ *rand.Rand }

const (
	dicePlan = iota
	diceConnection
	diceRequest
	diceCall
	diceClient
	diceProxy
)

func (s *simulation) dice(topic, n, m int) dice {
	return dice{rand.New(rand.NewPCG(s.seed, uint64(topic)<<56|uint64(n)<<24|uint64(m)))}
}

// chance is true in the given percentage of cases.
func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

func (d dice) pick(words ...string) string { return words[d.IntN(len(words))] }

// span picks a duration and adds a random part below a millisecond, so that no two events are due at the same time.
func (d dice) span(times ...time.Duration) time.Duration {
	return times[d.IntN(len(times))] + time.Duration(d.IntN(1_000_000))
}

// Error codes of HTTP/2 (RFC 9113, section 7).
const codeProtocol, codeInternal, codeRefused, codeCancel = 1, 2, 7, 8

// errorCode picks an HTTP/2 error code; half of the time one after which net/http replays a request.
func (d dice) errorCode() uint32 {
	if d.chance(50) {
		return []uint32{codeProtocol, codeRefused}[d.IntN(2)]
	}
	return uint32(d.IntN(15))
}

// connectionPlan is what happens to one connection.
type connectionPlan struct {
	dial      string // how it fails to connect; "" is at once
	proxy     string // the proxy's response to CONNECT
	handshake string // how the TLS handshake goes
	http2     bool   // if it is negotiated over TLS
	fault     breakage
	window    int // bytes in flight before a write blocks

	// For HTTP/2:
	streams uint32 // the limit of concurrent streams
	initial uint32 // the initial flow-control window
	stingy  bool   // no window updates
}

// healthy is the plan of a connection that works.
var healthy = connectionPlan{window: 64 << 10, proxy: "200", handshake: "good", streams: 100, initial: 65535}

func (s *simulation) planConnection(n int) connectionPlan {
	p := healthy
	if s.script != nil {
		protocol := s.script.protocols[min(n, len(s.script.protocols))-1]
		p.http2, p.dial, p.fault = protocol == "HTTP/2", s.script.dial[n], s.script.fault[n]
		return p
	}
	d := s.dice(diceConnection, n, 0)
	p.http2 = d.chance(60)
	if d.chance(s.calm) {
		return p
	}
	if d.chance(15) {
		p.dial = d.pick("refused", "no such host", "certificate refused", "times out", "slow", "slow")
	}
	if d.chance(10) {
		p.proxy = d.pick("407", "502", "closed", "half", "silent")
	}
	if d.chance(8) {
		p.handshake = d.pick("closed", "alert", "plain HTTP", "a stranger's certificate", "silent")
	}
	if d.chance(35) {
		p.fault = breakage{1 + d.IntN(8), d.pick("before", "during", "after"), d.pick("reset", "lossy reset", "closed", "silent")}
	}
	if d.chance(10) {
		p.window = 500
	}
	if d.chance(20) {
		p.streams = uint32(1 + d.IntN(2))
	}
	if d.chance(15) {
		p.initial, p.stingy = uint32(d.IntN(200)), d.chance(50)
	}
	return p
}

// requestPlan is what the server does with one request.
type requestPlan struct {
	stage   string // how much of the request it has read when it acts: "first byte", "headers", "half", "whole"
	execute bool   // it executes the request
	delay   time.Duration
	early   bool // the response headers are sent before the request is executed
	inform  int  // an informational response is sent first: 0, 100, 102 or 103
	go100   bool // Expect: 100-continue is honored
	reply   reply
	send    string // how much of the reply is sent: "nothing", "half the headers", "the headers", "half", "all"
	goAway  string // HTTP/2: the last stream that a GOAWAY names; "" sends no GOAWAY
	first   bool   // HTTP/2: the GOAWAY is sent before the reply
	reset   bool   // HTTP/2: RST_STREAM with code follows
	code    uint32
	end     string // what then happens to the connection: "goes on", "closed", "reset", "lossy reset", "silent", "garbage"
}

// good executes a request and sends the documented success.
var good = requestPlan{stage: "whole", execute: true, go100: true, reply: reply{status: 200, form: "good"}, send: "all", end: "goes on"}

func (s *simulation) planRequest(connection, n int) requestPlan {
	p := good
	if s.script != nil {
		s.mu.Lock()
		s.scripted++
		n := s.scripted
		s.mu.Unlock()
		return s.script.respond(n)
	}
	d := s.dice(diceRequest, connection, n)
	if d.chance(s.calm) {
		return p
	}
	if d.chance(20) { // what tempts net/http most to replay a request that was executed
		p.send, p.goAway = "nothing", d.pick("", "", "the one before", "none")
		p.reset, p.code = d.chance(70), d.errorCode()
		p.end = d.pick("goes on", "closed", "closed", "reset", "lossy reset")
		return p
	}
	if d.chance(30) {
		p.stage = d.pick("first byte", "headers", "headers", "half")
	}
	p.execute = p.stage == "whole" && d.chance(75)
	p.go100 = d.chance(60)
	if d.chance(25) {
		p.delay = d.span(time.Millisecond, 300*time.Millisecond, 3*time.Second, 40*time.Second)
	}
	if d.chance(10) {
		p.inform = []int{100, 102, 103}[d.IntN(3)]
	}
	p.reply, p.early = d.anyReply(), p.execute && d.chance(15)
	switch {
	case !p.execute && p.reply.isSuccess(), !p.execute && d.chance(30):
		p.reply = reply{status: []int{401, 413, 417, 429, 429, 503}[d.IntN(6)], form: d.pick("text", "empty", "large")}
	case p.execute && p.reply.status == http.StatusTooManyRequests: // would mean that nothing was executed
		p.reply.status++
	}
	if d.chance(60) {
		p.send = d.pick("nothing", "nothing", "nothing", "half the headers", "the headers", "half")
	}
	if d.chance(25) {
		p.goAway, p.first = d.pick("this", "the one before", "none", "all"), d.chance(50)
	}
	p.reset, p.code = d.chance(55), d.errorCode()
	if d.chance(45) {
		p.end = d.pick("closed", "closed", "reset", "lossy reset", "silent", "garbage")
	}
	return p
}

// reply is a response: its status, the form of its body, and the code in an error envelope, as JSON.
type reply struct {
	status int
	form   string
	code   string
}

// forms are the bodies of responses. The %s of an envelope is its code; "action" also has the action's ID.
var forms = map[string]string{
	"empty":         "",
	"text":          "Internal Server Error (generated by waitress)",
	"HTML":          "<html><title>Sign in</title></html>",
	"another shape": `{"reply":[],"DATA":[]}`,
	"wrapped":       `{"reply":{"err_code":%s,"err_msg":"no","err_extra":null}}`,
	"flat":          `{"err_code":%s,"err_msg":"no"}`,
	"netscan":       `{"data":{"err_msg":"no","metadata":{"err_extra":"why","err_code":%s}}}`,
	"action":        `{"reply":{"action_id":"%[2]s","err_code":%[1]s,"err_msg":"no"}}`,
	"error":         `{"error":"no"}`,
	"errors":        `{"errors":[{"message":"no"}]}`,
	"detail":        `{"detail":"no"}`,
}

// codes are the codes in envelopes.
var codes = []string{
	`500`, `"500"`, `400`, `401`, `429`, `"505"`, `408`, `"408"`, `499`, `502`, `"503"`, `504`, `"504"`, `520`, `524`, `599`, `600`, `999`, `502.0`, `5.04e2`, `" 503 "`,
	`100`, `"100"`, `"XQL_77"`, `"HTTP 502"`, `""`, `null`,
}

// anyReply picks a reply of any status, form and code.
func (d dice) anyReply() reply {
	r := reply{status: 100 + d.IntN(900)}
	if d.chance(60) {
		r.status = []int{200, 200, 200, 201, 202, 204, 302, 303, 400, 401, 408, 499, 500, 500, 502, 503, 504}[d.IntN(17)]
	}
	r.form = d.pick("good", "good", "good", "half", "large", "empty", "text", "HTML", "another shape", "wrapped", "wrapped", "flat", "netscan", "action", "error", "errors", "detail")
	if r.hasCode() {
		r.code = codes[d.IntN(len(codes))]
	}
	return r
}

func (r reply) hasCode() bool { return strings.Contains(forms[r.form], `"err_code"`) }

// hasBody reports whether the response has a body that net/http reads.
func (r reply) hasBody() bool {
	return r.status >= 200 && r.status != 204 && r.status != 304 && r.form != "empty"
}

// isError reports whether the body consists of error fields alone.
func (r reply) isError() bool {
	return r.hasBody() && (r.hasCode() && r.form != "action" || r.form == "error" || r.form == "errors" || r.form == "detail")
}

// isSuccess reports whether a client may treat the reply as a success.
func (r reply) isSuccess() bool { return r.status >= 200 && r.status < 300 && !r.isError() }

// definite reports whether a client that received this reply knows whether its request was executed.
func (r reply) definite() bool {
	success := r.status >= 200 && r.status < 300
	if r.hasBody() {
		code, err := strconv.ParseFloat(strings.Trim(r.code, `" `), 64)
		if r.form == "action" || r.form == "good" && !success || err == nil && code >= 400 && code != 500 && !isDefinite(int(code)) {
			return false
		}
	}
	switch {
	case success:
		return r.hasBody() && r.form == "good" || r.isError()
	case r.status == 500:
		return r.hasBody() && r.hasCode()
	}
	return isDefinite(r.status)
}

// isDefinite reports whether a status alone means that the request was not executed.
func isDefinite(status int) bool {
	between := func(first, last int) bool { return first <= status && status <= last }
	return between(300, 302) || between(304, 399) || between(400, 407) || between(409, 417) || between(421, 426) ||
		slices.Contains([]int{428, 429, 431, 451, 501, 505}, status)
}

// body returns the body of a reply to a request that was executed as this action, or not at all.
func (r reply) body(a *arrival, action string) string {
	good := fmt.Sprintf(`{"DATA":"Scan is in %s state","reply":{"action_id":"%s","status":"1","endpoints_count":"1"}}`, a.call, action)
	switch {
	case !r.hasBody():
		return ""
	case r.form == "good":
		return good
	case r.form == "half":
		return good[:len(good)/2]
	case r.form == "large":
		return good + strings.Repeat(" ", 5000)
	case r.form == "action":
		return fmt.Sprintf(forms[r.form], r.code, action)
	case r.hasCode():
		return fmt.Sprintf(forms[r.form], r.code)
	}
	return forms[r.form]
}
