package faults_test

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// The kinds of frames, flags and codes of RFC 9113 that these tests speak.
const (
	frameData, frameHeaders, frameReset, frameSettings, framePing, frameGoAway = 0, 1, 3, 4, 6, 7
	flagEnd, flagAck, flagHeadersEnd                                           = 1, 1, 4
	codeNone, codeProtocol, codeInternal, codeRefused, codeCancel              = 0, 1, 2, 7, 8
)

// stream is one request over HTTP/2, read to its end, and the bare connection to answer it on.
type stream struct {
	net.Conn
	id   uint32
	n    int // of this request, from 1, over all connections
	conn int // of the connection, from 1
}

func (s *stream) frame(kind, flags byte, id uint32, payload []byte) bool {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	head = binary.BigEndian.AppendUint32(append(head, flags), id)
	_, err := s.Write(append(head, payload...))
	return err == nil
}

// reset answers with RST_STREAM.
func (s *stream) reset(code uint32) bool {
	return s.frame(frameReset, 0, s.id, binary.BigEndian.AppendUint32(nil, code))
}

// goAway says that streams up to last were, or may have been, processed, and later ones were not.
func (s *stream) goAway(last, code uint32) bool {
	return s.frame(frameGoAway, 0, 0, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), code))
}

// good answers with the documented success of either operation. 0x88 is ":status: 200".
func (s *stream) good() bool {
	return s.frame(frameHeaders, flagHeadersEnd, s.id, []byte{0x88}) &&
		s.frame(frameData, flagEnd, s.id, []byte(`{"DATA":"x",`+goodAbort[1:]))
}

// frameServer speaks HTTP/2 frame by frame, so that a test can break off anywhere.
type frameServer struct {
	url       string
	transport *http.Transport
	answer    func(*stream) bool // and says whether the connection goes on

	mu       sync.Mutex
	requests int
	received []*[][]byte // for each connection, what came with each request
}

// serveFrames starts a frameServer on 127.0.0.1.
func serveFrames(t testing.TB, answer func(*stream) bool) *frameServer {
	t.Helper()
	trusted := newAuthority(nil)
	config := &tls.Config{NextProtos: []string{"h2"}, Certificates: []tls.Certificate{trusted.issue(nil)}}
	f := &frameServer{answer: answer, transport: newTransport(t)}
	f.transport.ForceAttemptHTTP2 = true
	f.transport.TLSClientConfig = &tls.Config{RootCAs: trusted.pool()}
	connections := 0
	s := &bareServer{greet: func(conn net.Conn) bool {
		f.mu.Lock()
		connections++
		n, received := connections, new([][]byte)
		f.received = append(f.received, received)
		f.mu.Unlock()
		f.speak(conn, n, received)
		return false
	}}
	s.start(t, tls.NewListener(listen(t), config))
	f.url = strings.Replace(s.url, "http:", "https:", 1)
	return f
}

func (f *frameServer) speak(conn net.Conn, n int, received *[][]byte) {
	var kept bytes.Buffer // since the last request
	in := io.TeeReader(conn, &kept)
	if _, err := io.CopyN(io.Discard, in, int64(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
		return
	}
	s := &stream{Conn: conn, conn: n}
	s.frame(frameSettings, 0, 0, nil)
	for {
		var head [9]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		payload := new(bytes.Buffer)
		if _, err := io.CopyN(payload, in, length); err != nil {
			return
		}
		kind, flags, id := head[3], head[4], binary.BigEndian.Uint32(head[5:])
		switch {
		case kind == frameSettings && flags&flagAck == 0:
			s.frame(frameSettings, flagAck, 0, nil)
		case kind == framePing && flags&flagAck == 0:
			s.frame(framePing, flagAck, 0, payload.Bytes())
		case (kind == frameHeaders || kind == frameData) && flags&flagEnd != 0:
			f.mu.Lock()
			f.requests++
			*received = append(*received, bytes.Clone(kept.Bytes()))
			request := &stream{conn, id, f.requests, n}
			f.mu.Unlock()
			kept.Reset()
			if !f.answer(request) {
				return
			}
		}
	}
}

func (f *frameServer) count() int { f.mu.Lock(); defer f.mu.Unlock(); return f.requests }

// arrived decodes what was received, by giving it to net/http's own server afterwards.
func (f *frameServer) arrived(t testing.TB) *ledger {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	l := &ledger{}
	for _, requests := range f.received {
		p := newPipes()
		noted := make(chan struct{})
		server := &http.Server{Protocols: new(http.Protocols), Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			l.note(r)
			noted <- struct{}{}
		})}
		server.Protocols.SetUnencryptedHTTP2(true)
		go server.Serve(p)
		conn, err := p.dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		go io.Copy(io.Discard, conn)
		for _, raw := range *requests {
			conn.Write(raw)
			select {
			case <-noted:
			case <-safetyNet(t).Done():
				t.Fatal("a request that was received cannot be decoded")
			}
		}
		conn.Close()
		server.Close()
	}
	return l
}
