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

// dice draws what a schedule leaves to chance. Every connection, request and call has dice of its own, so that what
// is drawn for it does not depend on the order in which things happen.
type dice struct{ *rand.Rand }

const (
	dicePlan = iota
	diceConnection
	diceRequest
	diceCall
	diceSubject
	diceProxy
)

func (w *world) dice(of, n, m int) dice {
	return dice{rand.New(rand.NewPCG(w.seed, uint64(of)<<56|uint64(n)<<24|uint64(m)))}
}

// often is true in percent of all cases.
func (d dice) often(percent int) bool { return d.IntN(100) < percent }

// of draws one of the words.
func (d dice) of(words ...string) string { return words[d.IntN(len(words))] }

// span draws a time, never one that was drawn before: what is due at the same moment has no order.
func (d dice) span(times ...time.Duration) time.Duration {
	return times[d.IntN(len(times))] + time.Duration(d.IntN(1_000_000))
}

// code draws one of RFC 9113's error codes, or one that it does not have; most often one after which net/http repeats a
// request.
func (d dice) code() uint32 {
	if d.often(50) {
		return []uint32{codeProtocol, codeRefused}[d.IntN(2)]
	}
	return uint32(d.IntN(15))
}

// Some error codes of RFC 9113.
const codeProtocol, codeInternal, codeRefused, codeCancel = 1, 2, 7, 8

// connectionPlan is what becomes of one connection.
type connectionPlan struct {
	dial      string // "" is at once
	proxy     string // how the proxy answers to CONNECT, if there is one
	handshake string // how TLS goes, if there is any
	http2     bool   // where TLS leaves the choice
	fault     breakage
	window    int

	// Of HTTP/2.
	streams uint32 // at most so many at a time
	initial uint32 // how much of a body may be sent before a window update
	stingy  bool   // no window updates
}

func (w *world) planConnection(n int) connectionPlan {
	if w.script != nil {
		return w.script.planConnection(n)
	}
	d := w.dice(diceConnection, n, 0)
	p := connectionPlan{
		http2: d.often(60), window: 64 << 10, proxy: "200", handshake: "good",
		streams: 100, initial: 65535,
	}
	if d.often(w.calm) {
		return p
	}
	if d.often(15) {
		p.dial = d.of("refused", "no such host", "certificate refused", "times out", "slow", "slow")
	}
	if d.often(10) {
		p.proxy = d.of("407", "502", "closed", "half", "silent")
	}
	if d.often(8) {
		p.handshake = d.of("closed", "alert", "plain HTTP", "a stranger's certificate", "silent")
	}
	if d.often(35) {
		p.fault = breakage{1 + d.IntN(8), d.of("before", "during", "after"), d.of("reset", "lossy reset", "closed", "silent")}
	}
	if d.often(10) {
		p.window = 500
	}
	if d.often(20) {
		p.streams = uint32(1 + d.IntN(2))
	}
	if d.often(15) {
		p.initial, p.stingy = uint32(d.IntN(200)), d.often(50)
	}
	return p
}

func (p connectionPlan) String() string {
	words := []string{map[bool]string{true: "HTTP/2 if there is a choice", false: "HTTP/1.1 if there is a choice"}[p.http2]}
	add := func(when bool, format string, args ...any) {
		if when {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(p.dial != "", "dialing: %s", p.dial)
	add(p.proxy != "200", "CONNECT: %s", p.proxy)
	add(p.handshake != "good", "TLS: %s", p.handshake)
	add(p.fault.write > 0, "%s %s the client's write %d", p.fault.how, p.fault.when, p.fault.write)
	add(p.window < 64<<10, "%d bytes under way at most", p.window)
	add(p.streams != 100, "%d streams at most", p.streams)
	add(p.initial != 65535, "a first window of %d bytes", p.initial)
	add(p.stingy, "no window updates")
	return strings.Join(words, ", ")
}

// requestPlan is what the server does about one request.
type requestPlan struct {
	stage   string // how much of the request the server has when it acts: "first byte", "headers", "half", "whole"
	execute bool   // it executes the request, if it has the whole of it
	delay   time.Duration
	early   bool // the answer's headers go out before the request is executed
	inform  int  // an informational answer goes first: 0, 100, 102 or 103
	go100   bool // Expect: 100-continue is honored
	reply   reply
	say     string // how much of the reply is sent: "nothing", "half the headers", "the headers", "half", "all"
	goAway  string // HTTP/2: the last stream that a GOAWAY names; "" is no GOAWAY
	first   bool   // HTTP/2: the GOAWAY comes before the reply
	reset   bool   // HTTP/2: a RST_STREAM with code follows
	code    uint32
	end     string // what then becomes of the connection: "goes on", "closed", "reset", "lossy reset", "silent", "garbage"
}

// reply is an answer's status and the form of its body. Good ones have the ledger's action ID.
type reply struct {
	status int
	form   string
	code   string // of an envelope, as JSON
}

// definite reports whether a client that gets the whole of this reply knows what became of its request.
func (r reply) definite() bool {
	hasBody := r.status >= 200 && r.status != 204 && r.status != 304
	envelope := hasBody && r.code != ""
	if hasBody && r.form == "envelope with an action" {
		return false
	}
	if n, err := strconv.Atoi(strings.Trim(r.code, `"`)); envelope && err == nil && n >= 400 && n != 500 && !definiteStatus(n) {
		return false
	}
	switch {
	case r.status >= 200 && r.status < 300:
		return envelope || hasBody && (r.form == "good")
	case r.status == 500:
		return envelope
	}
	return definiteStatus(r.status)
}

// definiteStatus reports whether a status alone tells that a request was refused.
func definiteStatus(status int) bool {
	switch {
	case status >= 300 && status < 400:
		return status != 303
	case status >= 400 && status <= 407, status >= 409 && status <= 417, status >= 421 && status <= 426:
		return true
	}
	return slices.Contains([]int{428, 429, 431, 451, 501, 505}, status)
}

// codes are what an envelope's code can be.
var codes = []string{`500`, `"500"`, `400`, `401`, `408`, `"408"`, `499`, `502`, `"503"`, `504`, `"504"`, `524`, `599`, `600`, `999`, `100`, `0`, `200`, `"XQL_77"`, `""`, `null`}

// forms are what a body can be; "envelope…" has a code.
var forms = []string{"good", "good", "HTML", "empty", "text", "half", "another shape", "large", "envelope", "envelope", "envelope", "flat envelope", "netscan envelope", "envelope with an action", "error", "errors", "detail"}

// anyReply draws a reply of any status.
func (d dice) anyReply() reply {
	r := reply{status: 100 + d.IntN(900), form: forms[d.IntN(len(forms))]}
	if d.often(40) {
		r.status = []int{200, 201, 202, 500, 400, 303, 408, 499}[d.IntN(8)]
	}
	if strings.Contains(r.form, "envelope") {
		r.code = codes[d.IntN(len(codes))]
	}
	return r
}

var (
	// A request that was executed is not answered with 429, which says that it was not.
	repliesAfter = []reply{
		{status: 200, form: "good"}, {status: 200, form: "good"}, {status: 200, form: "good"}, {status: 200, form: "good"}, {status: 200, form: "HTML"}, {status: 200, form: "empty"}, {status: 200, form: "half"}, {status: 200, form: "another shape"},
		{status: 200, form: "large"}, {status: 200, form: "envelope", code: "500"}, {status: 201, form: "good"}, {status: 204, form: "empty"}, {status: 302, form: "HTML"}, {status: 400, form: "text"}, {status: 401, form: "text"}, {status: 408, form: "empty"}, {status: 500, form: "text"}, {status: 502, form: "HTML"}, {status: 503, form: "empty"}, {status: 504, form: "text"},
	}
	repliesInstead = []reply{
		{status: 429, form: "text"}, {status: 429, form: "text"}, {status: 429, form: "empty"}, {status: 401, form: "text"}, {status: 413, form: "empty"}, {status: 500, form: "text"}, {status: 503, form: "empty"}, {status: 503, form: "large"}, {status: 302, form: "HTML"}, {status: 417, form: "empty"},
	}
)

func (w *world) planRequest(connection, n int) requestPlan {
	if w.script != nil {
		return w.planScripted()
	}
	d := w.dice(diceRequest, connection, n)
	p := requestPlan{stage: "whole", execute: true, go100: true, reply: reply{status: 200, form: "good"}, say: "all", end: "goes on"}
	if d.often(w.calm) {
		return p
	}
	if d.often(20) { // what tempts net/http most to send a request again that was executed
		p.say, p.goAway = "nothing", d.of("", "", "the one before", "none")
		p.reset, p.code = d.often(70), d.code()
		p.end = d.of("goes on", "closed", "closed", "reset", "lossy reset")
		return p
	}
	if d.often(30) {
		p.stage = d.of("first byte", "headers", "headers", "half")
	}
	p.execute = p.stage == "whole" && d.often(75)
	p.go100 = d.often(60)
	if d.often(25) {
		p.delay = d.span(time.Millisecond, 300*time.Millisecond, 3*time.Second, 40*time.Second)
	}
	if d.often(10) {
		p.inform = []int{100, 102, 103}[d.IntN(3)]
	}
	if p.reply = repliesInstead[d.IntN(len(repliesInstead))]; p.execute {
		p.reply = repliesAfter[d.IntN(len(repliesAfter))]
		p.early = d.often(15)
	}
	if r := d.anyReply(); d.often(50) && r.status != http.StatusTooManyRequests { // which says that a request was not executed
		p.reply = r
	}
	if d.often(60) {
		p.say = d.of("nothing", "nothing", "nothing", "half the headers", "the headers", "half")
	}
	if d.often(25) {
		p.goAway, p.first = d.of("this", "the one before", "none", "all"), d.often(50)
	}
	p.reset, p.code = d.often(55), d.code()
	if d.often(45) {
		p.end = d.of("closed", "closed", "reset", "lossy reset", "silent", "garbage")
	}
	return p
}

func (p requestPlan) String() string {
	words := []string{"having " + map[string]string{"whole": "the whole request"}[p.stage]}
	if p.stage != "whole" {
		words[0] = "having its " + p.stage
	}
	add := func(when bool, format string, args ...any) {
		if when {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(p.delay > 0, "wait %v", p.delay)
	add(p.inform > 0, "say %d", p.inform)
	add(p.early, "send the headers early")
	add(p.execute, "execute it")
	add(p.goAway != "" && p.first, "GOAWAY naming %s", p.goAway)
	add(true, "send %s of %d (%s %s)", p.say, p.reply.status, p.reply.form, p.reply.code)
	add(p.reset, "RST_STREAM %d", p.code)
	add(p.goAway != "" && !p.first, "GOAWAY naming %s", p.goAway)
	add(!p.go100, "no 100 Continue")
	add(true, "the connection: %s", p.end)
	return strings.Join(words, ", ")
}
