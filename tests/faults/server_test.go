package faults_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// exchange is a request that a bareServer has read, and the connection to respond on.
type exchange struct {
	net.Conn
	request *http.Request
	n       int // the number of the request, counted on all connections from 1
}

// bareServer reads requests and lets a test write raw responses.
type bareServer struct {
	ledger
	url         string
	connections atomic.Int32
	// respond is called for each request. It reports whether the connection stays open.
	respond func(*exchange) bool
}

func serve(t testing.TB, respond func(*exchange) bool) *bareServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &bareServer{url: "http://" + l.Addr().String(), respond: respond}
	var conns sync.Map
	var done sync.WaitGroup
	done.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.connections.Add(1)
			conns.Store(conn, nil)
			done.Go(func() {
				defer conn.Close()
				s.handle(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		conns.Range(func(conn, _ any) bool { conn.(net.Conn).Close(); return true })
		done.Wait()
	})
	return s
}

func (s *bareServer) handle(conn net.Conn) {
	for in := bufio.NewReader(conn); ; {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		e := newEntry(r)
		body, _ := io.ReadAll(r.Body)
		e.body = string(body)
		if x := (&exchange{conn, r, s.add(e)}); !s.respond(x) {
			return
		}
	}
}

func (x *exchange) send(raw string) bool {
	_, err := x.Write([]byte(raw))
	return err == nil
}

func (x *exchange) good() bool {
	if x.request.Method == http.MethodGet {
		return x.send(raw(200, len(goodRun), goodRun))
	}
	return x.send(raw(200, len(goodAbort), goodAbort))
}

// reset ends the connection with a TCP reset.
func (x *exchange) reset() bool {
	x.Conn.(*net.TCPConn).SetLinger(0)
	return false
}

// raw returns a response with the given Content-Length, which may be wrong. Headers are lines such as "Retry-After: 1".
func raw(status, length int, body string, headers ...string) string {
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: %d\r\n", status, http.StatusText(status), length)
	return head + strings.Join(append(headers, "", ""), "\r\n") + body
}

// withStatus and withBytes return functions for bareServer.respond.
func withStatus(status int, body string, headers ...string) func(*exchange) bool {
	return func(x *exchange) bool { return x.send(raw(status, len(body), body, headers...)) }
}

func withBytes(raw string) func(*exchange) bool {
	return func(x *exchange) bool { x.send(raw); return false }
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func chunk(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }

// content is the validated part of a request.
type content struct{ method, target, contentType, body string }

// contentOf returns the content of r, except the body.
func contentOf(r *http.Request) content {
	return content{method: r.Method, target: r.URL.RequestURI(), contentType: r.Header.Get("Content-Type")}
}

type entry struct {
	content
	nonce, timestamp, signature string
}

func newEntry(r *http.Request) entry {
	return entry{contentOf(r), r.Header.Get("x-xdr-nonce"), r.Header.Get("x-xdr-timestamp"), r.Header.Get("Authorization")}
}

type ledger struct {
	mu      sync.Mutex
	entries []entry
}

// add records a request and returns the number of requests so far.
func (l *ledger) add(e entry) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	return len(l.entries)
}

func (l *ledger) all() []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries)
}

func (l *ledger) count() int { return len(l.all()) }

// unsigned describes each request with a wrong signature or a nonce that is not new.
func (l *ledger) unsigned() (faults []string) {
	seen := map[string]bool{}
	for i, e := range l.all() {
		sum := sha256.Sum256([]byte(secretKey + e.nonce + e.timestamp))
		if e.signature != hex.EncodeToString(sum[:]) {
			faults = append(faults, fmt.Sprintf("request %d: the signature does not match nonce and timestamp", i+1))
		}
		if len(e.nonce) != 64 || seen[e.nonce] {
			faults = append(faults, fmt.Sprintf("request %d: nonce %q was used before, or does not have 64 characters", i+1, e.nonce))
		}
		seen[e.nonce] = true
	}
	return faults
}

func (l *ledger) wantSigned(t testing.TB) {
	t.Helper()
	for _, fault := range l.unsigned() {
		t.Error(fault)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
