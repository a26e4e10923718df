package faults_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Every connection, request and call has separate dice, so the order of events does not change the choices.
type dice struct{ *rand.Rand }

const (
	diceSchedule = iota
	diceConnection
	diceRequest
	diceCall
)

func (s *simulation) dice(topic, n, m int) dice {
	return dice{rand.New(rand.NewPCG(s.seed, uint64(topic)<<56|uint64(n)<<24|uint64(m)))}
}

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

func (d dice) pick(words ...string) string { return words[d.IntN(len(words))] }

// span picks a duration and adds less than a millisecond, so that two events rarely happen at the same time.
func (d dice) span(times ...time.Duration) time.Duration {
	return times[d.IntN(len(times))] + time.Duration(d.IntN(1_000_000))
}

// Error codes of HTTP/2 (RFC 9113, section 7). net/http may replay a request after codeProtocol or codeRefused.
const codeProtocol, codeInternal, codeRefused, codeCancel = 1, 2, 7, 8

type connectionPlan struct {
	dial  string // how connecting fails, or "slow"; "" connects at once
	http2 bool   // negotiated if the connection uses TLS
	fault breakage
}

func (s *simulation) randomConnection(n int) (p connectionPlan) {
	d := s.dice(diceConnection, n, 0)
	p.http2 = d.chance(60)
	if d.chance(s.calm) {
		return p
	}
	if d.chance(20) {
		p.dial = d.pick("refused", "certificate refused", "times out", "slow")
	}
	if d.chance(40) {
		p.fault = breakage{1 + d.IntN(8), d.pick("before", "during", "after"), d.pick("reset", "closed", "silent")}
	}
	return p
}

type requestPlan struct {
	stage   string // how much of the request the server reads first: "headers", "half", "whole"
	execute bool
	delay   time.Duration
	reply   reply
	send    string // how much of the reply is sent: "nothing", "headers", "half", "all"
	goAway  string // HTTP/2: the last stream in a GOAWAY before the reply; "" sends none
	reset   uint32 // HTTP/2: the code of an RST_STREAM after the reply; 0 sends none
	end     string // what happens to the connection afterwards: "stays open", "closed", "reset", "silent", "garbage"
}

// good plans no fault: the server executes the request and sends the documented success.
var good = requestPlan{stage: "whole", execute: true, reply: reply{200, "success"}, send: "all", end: "stays open"}

func (s *simulation) randomRequest(connection, n int) requestPlan {
	p := good
	d := s.dice(diceRequest, connection, n)
	if d.chance(s.calm) {
		return p
	}
	if d.chance(60) {
		p.reset = []uint32{codeProtocol, codeProtocol, codeInternal, codeRefused, codeCancel}[d.IntN(5)]
	}
	if d.chance(25) { // the server executes the request, but net/http may still replay it
		p.send, p.goAway, p.end = "nothing", d.pick("", "", "the one before", "none"), d.pick("stays open", "closed", "closed", "reset")
		return p
	}
	if d.chance(30) {
		p.stage = d.pick("headers", "half")
	}
	p.execute = p.stage == "whole" && d.chance(75)
	if d.chance(25) {
		p.delay = d.span(time.Millisecond, 300*time.Millisecond, 3*time.Second, 40*time.Second)
	}
	p.reply = reply{
		status: []int{200, 200, 201, 204, 302, 303, 401, 408, 413, 429, 499, 500, 502, 503, 504, 505, 600}[d.IntN(17)],
		form:   d.pick("success", "success", "half", "large", "empty", "text", "error"),
	}
	if !p.execute && p.reply.status < 300 || p.execute && p.reply.status == 429 { // the status would contradict what happened
		p.reply.status = 503
	}
	if d.chance(50) {
		p.send = d.pick("nothing", "headers", "half")
	}
	if d.chance(25) {
		p.goAway = d.pick("this", "the one before", "none", "all")
	}
	if d.chance(45) {
		p.end = d.pick("closed", "closed", "reset", "silent", "garbage")
	}
	return p
}

type reply struct {
	status int
	form   string
}

// isSuccess reports whether a client may treat the reply as a success. A 204 has no body, so its form does not matter.
func (r reply) isSuccess() bool {
	return r.status == 204 || r.status >= 200 && r.status <= 299 && r.form != "error"
}

// definite reports whether this reply, whole or truncated, proves that the request was not executed.
// TestStatusDecidesKindAndOutcome in package wrapper covers all statuses.
func (r reply) definite(whole bool) bool {
	switch r.status {
	case 302, 401, 413, 429, 505:
		return !whole || r.form != "success" // an action_id proves the opposite
	case 200, 201, 500:
		return whole && r.form == "error"
	}
	return false
}

// body returns the body of the reply to a call. The action is empty if nothing was executed.
func (r reply) body(c *call, action string) string {
	success := fmt.Sprintf(`{"DATA":"Scan is in %s state","reply":{"action_id":"%s","status":"1","endpoints_count":"1"}}`, c, action)
	if r.status == 204 {
		return ""
	}
	return map[string]string{
		"success": success, "half": success[:len(success)/2], "large": success + strings.Repeat(" ", 5000),
		"text": "Internal Server Error", "error": `{"reply":{"err_code":500,"err_msg":"no","err_extra":null}}`,
	}[r.form]
}
