package faults_test

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/net/http2"
)

// listener accepts the connections that the client dials.
type listener chan net.Conn

func (l listener) Accept() (net.Conn, error) {
	if conn, ok := <-l; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (l listener) Close() error   { close(l); return nil }
func (l listener) Addr() net.Addr { return nil }

type connKey struct{}

// serve starts net/http's server with a handler that fails as planned.
func (s *simulation) serve() {
	s.server = &http.Server{
		Handler:   http.HandlerFunc(s.handle),
		Protocols: new(http.Protocols),
		TLSConfig: &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			config := &tls.Config{
				Certificates: []tls.Certificate{testCertificate()}, CurvePreferences: []tls.CurveID{tls.X25519},
				NextProtos: []string{"http/1.1"},
			}
			if hello.Conn.(*side).plan.http2 {
				config.NextProtos = []string{"h2"}
			}
			return config, nil
		}},
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, conn)
		},
	}
	s.server.Protocols.SetHTTP1(true)
	s.server.Protocols.SetHTTP2(true)
	s.server.Protocols.SetUnencryptedHTTP2(true)
	s.listener = make(listener)
	if s.protocol == "TLS" {
		go s.server.ServeTLS(s.listener, "", "")
	} else {
		go s.server.Serve(s.listener)
	}
}

func (s *simulation) handle(w http.ResponseWriter, r *http.Request) {
	conn := r.Context().Value(connKey{}).(net.Conn)
	end, plain := conn.(*side)
	if !plain {
		end = conn.(*tls.Conn).NetConn().(*side)
	}
	n := int(end.requests.Add(1))
	p, a := s.planRequest(end.number, n), s.arrived(r)
	s.log("connection %d, request %d is %s: %+v", end.number, n, a.call, p)
	control := http.NewResponseController(w)
	control.EnableFullDuplex() // otherwise the server reads the rest of the body before it responds
	switch p.stage {
	case "whole":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		a.body = string(body)
	case "half":
		io.CopyN(io.Discard, r.Body, max(1, r.ContentLength/2))
	}
	s.received.add(a.entry)
	time.Sleep(p.delay)
	body := s.carryOut(a, p)
	stream, frames := uint32(2*n-1), http2.NewFramer(conn, nil) // the client's streams have odd numbers
	last, leaving := map[string]uint32{"this": stream, "the one before": max(stream, 2) - 2, "none": 0, "all": 1<<31 - 1}[p.goAway]
	if leaving && r.ProtoMajor == 2 {
		end.leaving.Store(true)
		frames.WriteGoAway(last, http2.ErrCode(p.reset%3), nil)
	}
	if p.reply.status == 429 || p.reply.status == 503 {
		w.Header().Set("Retry-After", "3")
	}
	if body != "" {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	if p.send != "nothing" {
		w.WriteHeader(p.reply.status)
		io.WriteString(w, map[string]string{"half": body[:len(body)/2], "all": body}[p.send])
		control.Flush()
	}
	time.AfterFunc(1, func() { // when the response has been sent
		if p.reset > 0 && r.ProtoMajor == 2 {
			frames.WriteRSTStream(stream, http2.ErrCode(p.reset))
		}
		switch p.end {
		case "stays open":
		case "garbage":
			io.WriteString(conn, "\x00\x00\x05\x07SSH-2.0 what is this?\r\n")
		default:
			end.breakOff(p.end)
		}
	})
	if p.send != "all" { // the client waits for the rest
		<-end.gone.Done()
		panic(http.ErrAbortHandler)
	}
}

var testCertificate = sync.OnceValue(func() tls.Certificate {
	_, key, err := ed25519.GenerateKey(nil)
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	raw := must(x509.CreateCertificate(nil, template, template, key.Public(), must(key, err)))
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
})
