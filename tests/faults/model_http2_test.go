package faults_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// serveHTTP2 speaks HTTP/2 frame by frame, which net/http's own server would not break off everywhere.
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
	streams  map[uint32]*http2Stream // of the reading goroutine alone
	requests int

	mu     sync.Mutex // guards what is written
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
	s.arrival = h.arrived(r, h.link.number, h.requests)
	h.log("connection %d, stream %d is %s: %s", h.link.number, s.id, s.arrival, s.plan)
	if s.plan.go100 && s.plan.stage != "headers" && r.Header.Get("Expect") != "" {
		h.headers(s, 100, false)
	}
	h.streams[s.id] = s
	return s
}

// advance takes what came of a request, and acts once it is as much as the plan asks for.
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
		h.ledger.note(withBody(s.request, s.body))
		go h.act(s)
	}
}

// act does what is planned for a request.
func (h *http2Conn) act(s *http2Stream) {
	p := s.plan
	time.Sleep(p.delay)
	if p.inform > 0 {
		h.headers(s, p.inform, false)
	}
	saysHeaders := p.say == "the headers" || p.say == "half" || p.say == "all"
	if p.early && saysHeaders {
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
	if saysHeaders && !p.early {
		h.headers(s, p.reply.status, p.say == "all" && body == "")
	}
	switch {
	case p.say == "half":
		h.data(s, body[:len(body)/2], false)
	case p.say == "all" && (body != "" || p.early):
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
