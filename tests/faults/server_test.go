package faults_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// exchange is a request that a bareServer has read, and the connection to respond on.
type exchange struct {
	net.Conn
	request *http.Request
	n       int // of this request, from 1, over all connections
}

// bareServer reads requests and lets a test write the bytes of the responses.
type bareServer struct {
	ledger
	url         string
	connections atomic.Int32
	conns       sync.Map // of net.Conn
	done        sync.WaitGroup
	// greet is called for a new connection before anything is read, and reports whether to go on.
	greet func(net.Conn) bool
	// respond is called for each request, and reports whether the connection goes on.
	respond func(*exchange) bool
}

// serve starts a server on 127.0.0.1.
func serve(t testing.TB, respond func(*exchange) bool) *bareServer {
	t.Helper()
	s := &bareServer{respond: respond}
	s.start(t, listen(t))
	return s
}

func serveTLS(t testing.TB, config *tls.Config) *bareServer {
	t.Helper()
	s := &bareServer{respond: (*exchange).good}
	s.start(t, tls.NewListener(listen(t), config))
	s.url = strings.Replace(s.url, "http:", "https:", 1)
	return s
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (s *bareServer) start(t testing.TB, l net.Listener) {
	s.url = "http://" + l.Addr().String()
	s.done.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.connections.Add(1)
			s.conns.Store(conn, nil)
			s.done.Go(func() { s.handle(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.conns.Range(func(conn, _ any) bool { conn.(net.Conn).Close(); return true })
		s.done.Wait()
	})
}

func (s *bareServer) handle(conn net.Conn) {
	defer s.conns.Delete(conn)
	defer conn.Close()
	if s.greet != nil && !s.greet(conn) {
		return
	}
	in := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if x := (&exchange{conn, r, s.add(r)}); !s.respond(x) {
			return
		}
	}
}

// send writes raw bytes.
func (x *exchange) send(raw string) bool {
	_, err := x.Write([]byte(raw))
	return err == nil
}

// reply writes a complete response; headers are lines such as "Retry-After: 1".
func (x *exchange) reply(status int, body string, headers ...string) bool {
	return x.send(raw(status, len(body), body, headers...))
}

// good writes the documented success.
func (x *exchange) good() bool { return x.reply(200, goodFor(x.request)) }

func goodFor(r *http.Request) string {
	if r.Method == http.MethodGet {
		return goodRun
	}
	return goodAbort
}

// reset ends the connection with a TCP reset.
func (x *exchange) reset() bool { return reset(x.Conn) }

func reset(conn net.Conn) bool {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
	return false
}

// firstByte waits until the client has begun to send. A connection that breaks earlier may count as never made.
func firstByte(conn net.Conn) { conn.Read(make([]byte, 1)) }

// raw is a response whose Content-Length may be wrong.
func raw(status, length int, body string, headers ...string) string {
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: %d\r\n", status, http.StatusText(status), length)
	for _, h := range headers {
		head += h + "\r\n"
	}
	return head + "\r\n" + body
}

// withStatus and withBytes are responses for a bareServer.
func withStatus(code int, body string, headers ...string) func(*exchange) bool {
	return func(x *exchange) bool { return x.reply(code, body, headers...) }
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

// entry is one request as it arrived.
type entry struct{ method, target, body, nonce, timestamp, signature string }

// ledger records the requests that arrived, in order.
type ledger struct {
	mu      sync.Mutex
	entries []entry
}

// add records r with its body, and returns the number of requests so far.
func (l *ledger) add(r *http.Request) int {
	e := entry{
		method: r.Method, target: r.URL.RequestURI(),
		nonce: r.Header.Get("x-xdr-nonce"), timestamp: r.Header.Get("x-xdr-timestamp"), signature: r.Header.Get("Authorization"),
	}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		e.body = string(body)
		if err != nil {
			e.body += " and then " + err.Error()
		}
	}
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

// unsigned reports requests whose nonce was used before, or whose signature is wrong.
func (l *ledger) unsigned() (faults []string) {
	seen := map[string]bool{}
	for i, e := range l.all() {
		sum := sha256.Sum256([]byte(secretKey + e.nonce + e.timestamp))
		if e.signature != hex.EncodeToString(sum[:]) {
			faults = append(faults, fmt.Sprintf("request %d: the signature does not belong to nonce and timestamp", i+1))
		}
		if len(e.nonce) != 64 || seen[e.nonce] {
			faults = append(faults, fmt.Sprintf("request %d: nonce %q is not a new one of 64 characters", i+1, e.nonce))
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

// wantFresh is wantSigned for the attempts of one call: timestamps never go back, and nothing else changes.
func (l *ledger) wantFresh(t testing.TB) {
	t.Helper()
	l.wantSigned(t)
	last := int64(0)
	for i, e := range l.all() {
		at, err := strconv.ParseInt(e.timestamp, 10, 64)
		if err != nil || at < last {
			t.Errorf("request %d: timestamp %q, after %d", i+1, e.timestamp, last)
		}
		last = at
		if first := l.all()[0]; e.method != first.method || e.target != first.target || e.body != first.body {
			t.Errorf("request %d is %s %s %q, the first was %s %s %q", i+1, e.method, e.target, e.body, first.method, first.target, first.body)
		}
		if (e.method == http.MethodPost) != (e.body != "") {
			t.Errorf("request %d: %s with the body %q", i+1, e.method, e.body)
		}
	}
}

// authority is a certificate authority.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// testAuthority issues the certificates of the simulation. They are valid inside a bubble, where it is the year 2000.
var testAuthority = sync.OnceValue(newAuthority)

// testCertificates are the simulated service's certificate and one from another authority.
var testCertificates = sync.OnceValue(func() []tls.Certificate {
	return []tls.Certificate{testAuthority().issue(nil), newAuthority().issue(nil)}
})

func newAuthority() *authority {
	template := certificate("an authority")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	a := &authority{key: newKey()}
	a.cert = certify(template, template, &a.key.PublicKey, a.key)
	return a
}

// issue makes a certificate for 127.0.0.1 and gateway.example. If change is not nil, it edits the template first.
func (a *authority) issue(change func(*x509.Certificate)) tls.Certificate {
	template := certificate("a server")
	template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.IPAddresses, template.DNSNames = []net.IP{net.IPv4(127, 0, 0, 1)}, []string{"gateway.example"}
	if change != nil {
		change(template)
	}
	key := newKey()
	return tls.Certificate{Certificate: [][]byte{certify(template, a.cert, &key.PublicKey, a.key).Raw}, PrivateKey: key}
}

// pool trusts this authority alone.
func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

func certificate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

func newKey() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) }

func certify(template, parent *x509.Certificate, public *ecdsa.PublicKey, signer *ecdsa.PrivateKey) *x509.Certificate {
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, parent, public, signer))))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
