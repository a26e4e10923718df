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

// connection is the server's side of a link: a proxy and TLS, if there are any, and HTTP/1.1 or HTTP/2.
type connection struct {
	*simulation
	link *link
	plan connectionPlan
}

func (c *connection) serve(conn net.Conn) {
	defer conn.Close()
	if c.proxied && c.scheme == "https" && !c.connect(conn) {
		return
	}
	overHTTP2 := c.http2
	if c.scheme == "https" {
		over, ok := c.secure(conn)
		if !ok {
			return
		}
		defer over.Close()
		conn, overHTTP2 = over, over.ConnectionState().NegotiatedProtocol == "h2"
	}
	if overHTTP2 {
		c.serveHTTP2(conn)
	} else {
		c.serveHTTP1(conn)
	}
}

// connect acts as the proxy.
func (c *connection) connect(conn net.Conn) bool {
	in := bufio.NewReader(conn) // the client sends nothing else before the response
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

// secure performs the TLS handshake.
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

// serveHTTP1 reads requests and treats each as planned.
func (c *connection) serveHTTP1(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 512)
	for n := 1; ; n++ {
		if _, err := in.Peek(1); err != nil {
			return
		}
		p := c.planRequest(c.link.number, n)
		if p.stage == "first byte" {
			c.log("connection %d, request %d begins: %+v", c.link.number, n, p)
			time.Sleep(p.delay)
			if !c.finish(conn, p.end) {
				return
			}
			p.stage, p.send = "headers", "nothing"
		}
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		a := c.arrived(r)
		c.log("connection %d, request %d is %s: %+v", c.link.number, n, a, p)
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
		c.received.add(withBody(r, a.body))
		time.Sleep(p.delay)
		if p.inform > 0 {
			fmt.Fprintf(conn, "HTTP/1.1 %d Wait\r\n\r\n", p.inform)
		}
		c.respondHTTP1(conn, a, p)
		if !c.finish(conn, p.end) {
			return
		}
		if p.send != "all" { // the client waits for the rest
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

func (c *connection) respondHTTP1(conn net.Conn, a *arrival, p requestPlan) {
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
	response := head + body
	switch p.send {
	case "nothing":
		response = ""
	case "half the headers":
		response = head[:len(head)*2/3]
	case "the headers":
		response = head
	case "half":
		response = head + body[:len(body)/2]
	}
	if p.early { // the rest of it
		response = response[min(len(response), strings.Index(head, "Content-Length")):]
	}
	io.WriteString(conn, response)
}

// finish closes or resets the connection if that is planned, and reports whether the connection stays open.
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

// serveHTTP2 implements HTTP/2 frame by frame: net/http's own server can't be stopped at every point.
func (c *connection) serveHTTP2(conn net.Conn) {
	if _, err := io.CopyN(io.Discard, conn, int64(len(http2.ClientPreface))); err != nil {
		return
	}
	h := &http2Conn{connection: c, conn: conn, frames: http2.NewFramer(conn, conn), streams: map[uint32]*http2Stream{}}
	h.frames.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	h.send(func() error {
		return h.frames.WriteSettings(
			http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: c.plan.streams},
			http2.Setting{ID: http2.SettingInitialWindowSize, Val: c.plan.initial})
	})
	for {
		frame, err := h.frames.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				h.send(h.frames.WriteSettingsAck)
			}
		case *http2.PingFrame:
			if !frame.IsAck() {
				h.send(func() error { return h.frames.WritePing(true, frame.Data) })
			}
		case *http2.MetaHeadersFrame:
			if s := h.streams[frame.StreamID]; s != nil { // trailers
				h.advance(s, nil, true)
				continue
			}
			s := h.open(frame)
			h.advance(s, nil, frame.StreamEnded())
		case *http2.DataFrame:
			if s := h.streams[frame.StreamID]; s != nil {
				h.advance(s, frame.Data(), frame.StreamEnded())
			}
			if n := frame.Length; n > 0 && !c.plan.stingy {
				h.send(func() error { return h.frames.WriteWindowUpdate(0, n) })
				h.send(func() error { return h.frames.WriteWindowUpdate(frame.StreamID, n) })
			}
		}
	}
}

type http2Conn struct {
	*connection
	conn     net.Conn
	streams  map[uint32]*http2Stream // used by the reading goroutine alone
	requests int

	mu     sync.Mutex // guards frames
	frames *http2.Framer
}

type http2Stream struct {
	id, before uint32
	plan       requestPlan
	arrival    *arrival
	request    *http.Request
	body       []byte
	acted      bool
}

func (h *http2Conn) send(write func() error) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return write() == nil
}

func (h *http2Conn) open(frame *http2.MetaHeadersFrame) *http2Stream {
	h.requests++
	r := &http.Request{Header: http.Header{}, ProtoMajor: 2}
	for _, f := range frame.Fields {
		switch f.Name {
		case ":method":
			r.Method = f.Value
		case ":path":
			r.URL, _ = url.ParseRequestURI(f.Value)
		case "content-length":
			r.ContentLength, _ = strconv.ParseInt(f.Value, 10, 64)
			fallthrough
		default:
			r.Header.Add(f.Name, f.Value)
		}
	}
	s := &http2Stream{id: frame.StreamID, plan: h.planRequest(h.link.number, h.requests), request: r}
	if s.id >= 2 {
		s.before = s.id - 2
	}
	s.arrival = h.arrived(r)
	h.log("connection %d, stream %d is %s: %+v", h.link.number, s.id, s.arrival, s.plan)
	if s.plan.go100 && s.plan.stage != "headers" && r.Header.Get("Expect") != "" {
		h.headers(s, 100, false)
	}
	h.streams[s.id] = s
	return s
}

// advance adds a part of the request, and acts once the plan's stage is reached.
func (h *http2Conn) advance(s *http2Stream, data []byte, ended bool) {
	s.body = append(s.body, data...)
	if s.acted {
		return
	}
	switch s.plan.stage {
	case "half":
		s.acted = ended || len(data) > 0 && int64(len(s.body)) >= s.request.ContentLength/2
	case "whole":
		s.acted = ended
	default:
		s.acted = true
	}
	if s.acted {
		s.arrival.body = bytes.Clone(s.body)
		h.received.add(withBody(s.request, s.body))
		go h.act(s)
	}
}

// act treats a request as planned.
func (h *http2Conn) act(s *http2Stream) {
	p := s.plan
	time.Sleep(p.delay)
	if p.inform > 0 {
		h.headers(s, p.inform, false)
	}
	sendsHeaders := p.send == "the headers" || p.send == "half" || p.send == "all"
	if p.early && sendsHeaders {
		h.headers(s, p.reply.status, false)
	}
	action := ""
	if p.execute {
		action = h.execute(s.arrival, p.reply)
	}
	if p.first {
		h.goAway(s, p.goAway)
	}
	body := p.reply.body(s.arrival, action)
	if sendsHeaders && !p.early {
		h.headers(s, p.reply.status, p.send == "all" && body == "")
	}
	switch {
	case p.send == "half":
		h.data(s, body[:len(body)/2], false)
	case p.send == "all" && (body != "" || p.early):
		h.data(s, body, true)
	}
	if p.reset {
		h.send(func() error { return h.frames.WriteRSTStream(s.id, http2.ErrCode(p.code)) })
	}
	if !p.first {
		h.goAway(s, p.goAway)
	}
	if p.end == "goes on" {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.finish(h.conn, p.end) {
		h.conn.Close()
	}
}

func (h *http2Conn) headers(s *http2Stream, status int, end bool) {
	var block bytes.Buffer
	hpack.NewEncoder(&block).WriteField(hpack.HeaderField{Name: ":status", Value: strconv.Itoa(status)})
	h.send(func() error {
		return h.frames.WriteHeaders(http2.HeadersFrameParam{StreamID: s.id, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: end})
	})
}

func (h *http2Conn) data(s *http2Stream, text string, end bool) {
	h.send(func() error { return h.frames.WriteData(s.id, end, []byte(text)) })
}

func (h *http2Conn) goAway(s *http2Stream, last string) {
	ids := map[string]uint32{"this": s.id, "the one before": s.before, "none": 0, "all": 1<<31 - 1}
	if id, ok := ids[last]; ok {
		h.link.mu.Lock()
		h.link.leaving = true
		h.link.mu.Unlock()
		h.send(func() error { return h.frames.WriteGoAway(id, http2.ErrCode(s.plan.code%3), nil) })
	}
}
