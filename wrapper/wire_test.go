package wrapper

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"syscall"
	"testing"
)

// TestWire follows what net/http tells of one attempt. tests/faults has the same over sockets, HTTP/2 included.
func TestWire(t *testing.T) {
	getConn := func(h *httptrace.ClientTrace) { h.GetConn("example.org:443") }
	gotConn := func(h *httptrace.ClientTrace) { h.GotConn(httptrace.GotConnInfo{}) }
	wroteHeaders := func(h *httptrace.ClientTrace) { h.WroteHeaders() }
	handshake := func(err error) func(*httptrace.ClientTrace) {
		return func(h *httptrace.ClientTrace) { h.TLSHandshakeDone(tls.ConnectionState{}, err) }
	}
	type steps = []func(*httptrace.ClientTrace)
	for _, tt := range []struct {
		name                string
		steps               steps
		told, left, refused bool
		replays             int
	}{
		{"nothing", nil, false, false, false, 0},
		{"no connection", steps{getConn}, true, false, false, 0},
		{"a connection", steps{getConn, gotConn}, true, true, false, 0},
		{"written", steps{getConn, gotConn, wroteHeaders}, true, true, false, 0},
		{"a second one is wanted, since nothing was written", steps{getConn, gotConn, getConn}, true, false, false, 0},
		{"a second one", steps{getConn, gotConn, getConn, gotConn}, true, true, false, 1},
		{"a third one", steps{getConn, gotConn, wroteHeaders, getConn, gotConn, getConn, gotConn}, true, true, false, 2},
		{"a good handshake", steps{getConn, handshake(nil), gotConn}, true, true, false, 0},
		{"a refused one", steps{getConn, handshake(errors.New("tls: bad certificate"))}, true, false, true, 0},
		{"one that broke off", steps{getConn, handshake(io.EOF)}, true, false, false, 0},
		{"a good one after a refused one", steps{getConn, handshake(errors.New("x")), handshake(nil)}, true, false, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			replays := 0
			w := &wire{onReplay: func() { replays++ }, stop: func() { t.Error("the attempt was stopped") }}
			for _, step := range tt.steps {
				step(w.trace())
			}
			if w.told.Load() != tt.told || w.left.Load() != tt.left || w.refused.Load() != tt.refused || replays != tt.replays {
				t.Errorf("told %v, left %v, refused %v, %d replays", w.told.Load(), w.left.Load(), w.refused.Load(), replays)
			}
		})
	}
	t.Run("of what wraps net/http nothing is taken back", func(t *testing.T) {
		w := &wire{}
		for _, step := range (steps{getConn, gotConn, getConn, gotConn, getConn}) {
			step(w.trace())
		}
		if !w.left.Load() {
			t.Error("a request that may have left counts as if it had not")
		}
	})
}

func TestIsNetworkError(t *testing.T) {
	for _, err := range []error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE, context.Canceled, context.DeadlineExceeded,
		&net.OpError{Op: "read", Err: syscall.ECONNRESET}, &net.DNSError{IsTimeout: true}, fmt.Errorf("a: %w", io.EOF),
	} {
		if !isNetworkError(err) {
			t.Errorf("%v is one", err)
		}
	}
	for _, err := range []error{
		errors.New("tls: bad certificate"), x509.UnknownAuthorityError{}, tls.AlertError(40), tls.RecordHeaderError{}, &net.DNSError{IsNotFound: true},
	} {
		if isNetworkError(err) {
			t.Errorf("%v is none", err)
		}
	}
}

// TestWireOverHTTP2: a request that must not be sent twice is stopped on its way to a second connection, once it
// was written on a first one.
func TestWireOverHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	dial := func(protocol string) net.Conn {
		conn, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{protocol}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	first, second, overHTTP1 := dial("h2"), dial("h2"), dial("http/1.1")
	for _, tt := range []struct {
		name          string
		first, second net.Conn
		harmless      bool // to send twice
		written       bool
		leftBetween   bool
		stopped       bool
		replays       int
	}{
		{"written", first, second, false, true, true, true, 0},
		{"not written", first, second, false, false, false, false, 1},
		{"written, and wanted on the same connection: the stream was refused", first, first, false, true, true, false, 1},
		{"harmless", first, second, true, true, false, false, 1},
		{"over HTTP/1", overHTTP1, second, false, true, false, false, 1},
		{"without TLS", nil, second, false, true, false, false, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stopped, replays := false, 0
			w := &wire{onReplay: func() { replays++ }}
			if !tt.harmless {
				w.stop = func() { stopped = true }
			}
			trace := w.trace()
			trace.GetConn("")
			trace.GotConn(httptrace.GotConnInfo{Conn: tt.first})
			if tt.written {
				trace.WroteHeaders()
			}
			trace.GetConn("")
			if left := w.left.Load(); left != tt.leftBetween {
				t.Errorf("left %v", left)
			}
			trace.GotConn(httptrace.GotConnInfo{Conn: tt.second})
			if stopped != tt.stopped || w.stopped.Load() != tt.stopped || replays != tt.replays {
				t.Errorf("stopped %v, %d replays", stopped, replays)
			}
		})
	}
}
