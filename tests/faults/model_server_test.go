package faults_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// serve is the server of a link. It speaks HTTP/1.1 or HTTP/2, with or without TLS.
func (l *link) serve(conn net.Conn) {
	defer conn.Close()
	overHTTP2 := l.sim.protocol == "HTTP/2"
	if l.sim.protocol == "TLS" {
		config := &tls.Config{
			Certificates: []tls.Certificate{testCertificate()}, CurvePreferences: []tls.CurveID{tls.X25519},
			NextProtos: []string{"http/1.1"},
		}
		if overHTTP2 = l.plan.http2; overHTTP2 {
			config.NextProtos = []string{"h2"}
		}
		over := tls.Server(conn, config)
		if over.Handshake() != nil {
			return
		}
		defer over.Close()
		conn = over
	}
	if overHTTP2 {
		l.serveHTTP2(conn)
	} else {
		l.serveHTTP1(conn)
	}
}

// serveHTTP1 reads requests and handles each as planned.
func (l *link) serveHTTP1(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 512)
	for n := 1; ; n++ {
		if _, err := in.Peek(1); err != nil {
			return
		}
		p := l.sim.planRequest(l.number, n)
		if p.stage == "first byte" {
			l.sim.log("connection %d, request %d begins: %+v", l.number, n, p)
			time.Sleep(p.delay)
			if !l.finish(conn, p.end) {
				return
			}
			p.stage, p.send = "headers", "nothing"
		}
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		a := l.sim.arrived(r)
		l.sim.log("connection %d, request %d is %s: %+v", l.number, n, a.call, p)
		if p.stage != "headers" && strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
			io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
		}
		switch p.stage {
		case "whole":
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			a.body = string(body)
		case "half":
			io.CopyN(io.Discard, r.Body, max(1, r.ContentLength/2))
		}
		l.sim.received.add(a.entry)
		time.Sleep(p.delay)
		l.respondHTTP1(conn, a, p)
		if !l.finish(conn, p.end) {
			return
		}
		if p.send != "all" { // the client waits for the rest
			io.Copy(io.Discard, in)
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
	}
}

func (l *link) respondHTTP1(conn net.Conn, a *arrival, p requestPlan) {
	body := l.sim.carryOut(a, p)
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n",
		p.reply.status, http.StatusText(p.reply.status), len(body))
	if p.reply.status == 429 || p.reply.status == 503 {
		head += "Retry-After: 3\r\n"
	}
	io.WriteString(conn, map[string]string{
		"headers": head + "\r\n", "half": head + "\r\n" + body[:len(body)/2], "all": head + "\r\n" + body,
	}[p.send])
}

// finish ends the connection if that is planned. It reports whether the connection stays open.
func (l *link) finish(conn net.Conn, end string) bool {
	switch end {
	case "closed":
		return false
	case "reset", "silent":
		l.breakOff(end)
		return false
	case "garbage":
		io.WriteString(conn, "\x00\x00\x05\x07SSH-2.0 what is this?\r\n")
	}
	return true
}

// serveHTTP2 implements HTTP/2 frame by frame, because net/http's server can't fail at every point.
func (l *link) serveHTTP2(conn net.Conn) {
	if _, err := io.CopyN(io.Discard, conn, int64(len(http2.ClientPreface))); err != nil {
		return
	}
	h := &http2Conn{link: l, conn: conn, frames: http2.NewFramer(conn, conn)}
	h.frames.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	h.write(func() error { return h.frames.WriteSettings() })
	streams, requests := map[uint32]*http2Stream{}, 0
	for {
		frame, err := h.frames.ReadFrame()
		if err != nil {
			return
		}
		s := streams[frame.Header().StreamID]
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				h.write(h.frames.WriteSettingsAck)
			}
		case *http2.PingFrame:
			if !frame.IsAck() {
				h.write(func() error { return h.frames.WritePing(true, frame.Data) })
			}
		case *http2.MetaHeadersFrame:
			if s == nil { // otherwise the frame has trailers
				requests++
				s = h.open(frame, requests)
				streams[s.id] = s
			}
			h.advance(s, nil, frame.StreamEnded())
		case *http2.DataFrame:
			if s != nil {
				h.advance(s, frame.Data(), frame.StreamEnded())
			}
			if n := frame.Length; n > 0 {
				h.write(func() error { return h.frames.WriteWindowUpdate(0, n) })
				h.write(func() error { return h.frames.WriteWindowUpdate(frame.StreamID, n) })
			}
		}
	}
}

type http2Conn struct {
	*link
	conn   net.Conn
	mu     sync.Mutex // guards frames
	frames *http2.Framer
}

type http2Stream struct {
	id      uint32
	plan    requestPlan
	arrival *arrival
	length  int64
	body    []byte
	acted   bool
}

func (h *http2Conn) write(frame func() error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	frame() // if the connection is gone, reading fails as well
}

func (h *http2Conn) open(frame *http2.MetaHeadersFrame, n int) *http2Stream {
	r := &http.Request{Method: frame.PseudoValue("method"), Header: http.Header{}}
	r.URL, _ = url.ParseRequestURI(frame.PseudoValue("path"))
	for _, f := range frame.RegularFields() {
		r.Header.Add(f.Name, f.Value)
	}
	s := &http2Stream{id: frame.StreamID, plan: h.sim.planRequest(h.number, n), arrival: h.sim.arrived(r)}
	s.length, _ = strconv.ParseInt(r.Header.Get("Content-Length"), 10, 64)
	h.sim.log("connection %d, stream %d is %s: %+v", h.number, s.id, s.arrival.call, s.plan)
	if s.plan.stage != "headers" && r.Header.Get("Expect") != "" {
		h.headers(s, false, "100")
	}
	return s
}

// advance adds data to the request of a stream. Once the planned stage is reached, it starts act.
func (h *http2Conn) advance(s *http2Stream, data []byte, ended bool) {
	if s.acted {
		return
	}
	s.body = append(s.body, data...)
	switch s.plan.stage {
	case "whole":
		s.acted = ended
	case "half":
		s.acted = ended || len(data) > 0 && int64(len(s.body)) >= s.length/2
	default:
		s.acted = true
	}
	if s.acted {
		s.arrival.body = string(s.body)
		h.sim.received.add(s.arrival.entry)
		go h.act(s)
	}
}

// act handles a request as planned.
func (h *http2Conn) act(s *http2Stream) {
	p := s.plan
	time.Sleep(p.delay)
	body := h.sim.carryOut(s.arrival, p)
	if last, ok := map[string]uint32{"this": s.id, "the one before": max(s.id, 2) - 2, "none": 0, "all": 1<<31 - 1}[p.goAway]; ok {
		h.link.mu.Lock()
		h.leaving = true
		h.link.mu.Unlock()
		h.write(func() error { return h.frames.WriteGoAway(last, http2.ErrCode(p.reset%3), nil) })
	}
	if p.send != "nothing" {
		fields := []string{strconv.Itoa(p.reply.status)}
		if p.reply.status == 429 || p.reply.status == 503 {
			fields = append(fields, "retry-after", "3")
		}
		h.headers(s, p.send == "all" && body == "", fields...)
	}
	switch {
	case p.send == "half":
		h.write(func() error { return h.frames.WriteData(s.id, false, []byte(body[:len(body)/2])) })
	case p.send == "all" && body != "":
		h.write(func() error { return h.frames.WriteData(s.id, true, []byte(body)) })
	}
	if p.reset > 0 {
		h.write(func() error { return h.frames.WriteRSTStream(s.id, http2.ErrCode(p.reset)) })
	}
	if p.end != "stays open" {
		h.write(func() error {
			if !h.finish(h.conn, p.end) {
				h.conn.Close()
			}
			return nil
		})
	}
}

// headers sends a status and other fields, names and values in turn.
func (h *http2Conn) headers(s *http2Stream, end bool, fields ...string) {
	fields = append([]string{":status"}, fields...)
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for i := 0; i < len(fields); i += 2 {
		encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	h.write(func() error {
		return h.frames.WriteHeaders(http2.HeadersFrameParam{StreamID: s.id, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: end})
	})
}
