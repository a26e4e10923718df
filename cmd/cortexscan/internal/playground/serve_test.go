package playground

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// serve starts a playground on a free port.
func serve(t testing.TB) (*Playground, *Listener) {
	t.Helper()
	l, err := Listen(t.Context(), "127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	p, _ := newPlayground()
	ended := make(chan error)
	go func() { ended <- p.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Serve ended with %v", err)
		}
		if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
			conn.Close()
			t.Error("it still listens")
		}
	})
	return p, l
}

func TestMalformedRequests(t *testing.T) {
	p, l := serve(t)
	host := "Host: " + l.Addr().String() + "\r\n"
	for _, c := range []struct {
		name, request string
		want          int
	}{
		{"HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n", 421},
		{"another host in the target", "GET http://evil.example/ HTTP/1.1\r\n" + host + "\r\n", 421},
		{"this host in the target", "GET http://" + l.Addr().String() + "/live HTTP/1.1\r\nHost: evil.example\r\n\r\n", 200},
		{"asterisk", "OPTIONS * HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},
		{"connect", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", 421},
		{"broken chunk", "POST " + abortPath + " HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 401},
		{"body shorter than announced", "POST " + abortPath + " HTTP/1.1\r\n" + host + "Content-Length: 99\r\n\r\n{}", 401},
		{"header too long", "GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("x", 2*maxHeader) + "\r\n\r\n", 431},
		{"HTTP/2 by prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 421},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := raw(t, l, c.request); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
			if got := raw(t, l, "GET /live HTTP/1.1\r\n"+host+"\r\n"); got != 200 {
				t.Errorf("then it answers %d", got)
			}
		})
	}
	for _, c := range p.tenant.Calls() {
		if c.Path != abortPath {
			t.Errorf("%s %s reached the tenant", c.Method, c.Path)
		}
	}
}

// raw sends bytes and returns the status of the answer.
func raw(t *testing.T, l *Listener, request string) int {
	t.Helper()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() { // the answer may come before all is sent
		_, _ = io.WriteString(conn, request)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// pipes is a listener without a network, so that time can be a test's own.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (p pipes) dial() net.Conn {
	near, far := net.Pipe()
	p.conns <- far
	return near
}

// Slow clients are disconnected, wherever they stop.
func TestSlowClients(t *testing.T) {
	const host = "Host: localhost\r\n"
	for _, c := range []struct {
		name, sent string
		within     time.Duration
	}{
		{"nothing is sent", "", headerTimeout},
		{"the header does not end", "GET / HTTP/1.1\r\n", headerTimeout},
		{"the body does not come", "POST " + abortPath + " HTTP/1.1\r\n" + host + "Content-Length: 10\r\n\r\n", requestTimeout},
		{"no second request comes", "GET /live HTTP/1.1\r\n" + host + "\r\n", idleTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				listener := pipes{make(chan net.Conn), make(chan struct{})}
				ctx, stop := context.WithCancel(t.Context())
				p, _ := newPlayground()
				ended := make(chan error)
				go func() { ended <- p.Serve(ctx, &Listener{Listener: listener, name: "localhost", port: "80"}) }()
				conn := listener.dial()
				start := time.Now()
				if _, err := io.WriteString(conn, c.sent); err != nil {
					t.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, conn); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took < c.within-time.Second || took > c.within+time.Second {
					t.Errorf("disconnected after %s", took)
				}
				stop()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Shutting down does not wait for a request that never ends, nor cut off an answer in progress.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := pipes{make(chan net.Conn), make(chan struct{})}
		ctx, stop := context.WithCancel(t.Context())
		p, _ := newPlayground()
		ended := make(chan error)
		go func() { ended <- p.Serve(ctx, &Listener{Listener: listener, name: "localhost", port: "80"}) }()
		stuck, reading := listener.dial(), listener.dial()
		defer stuck.Close()
		const request = "POST " + abortPath + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"
		for _, conn := range []net.Conn{stuck, reading} {
			if _, err := io.WriteString(conn, request); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		start := time.Now()
		stop()
		synctest.Wait()
		if _, err := io.WriteString(reading, "{}"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(reading), nil)
		if err != nil || resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("the answer in progress was lost: %v", err)
		}
		if err := <-ended; err != nil || time.Since(start) > shutdownGrace+time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

func FuzzHandler(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: " + testHost + "\r\n\r\n"))
	f.Add([]byte("GET /docs HTTP/1.1\r\nHost: evil.example\r\nOrigin: null\r\n\r\n"))
	f.Add([]byte("GET " + runPath + "?id=789&fields=status HTTP/1.1\r\nHost: " + testHost + "\r\nAuthorization: k\r\nX-Xdr-Auth-Id: 1\r\n\r\n"))
	f.Add([]byte("POST " + abortPath + " HTTP/1.1\r\nHost: " + testHost + "\r\nContent-Length: 9\r\n\r\n{\"<b>\":1}"))
	f.Add([]byte("get //%2f..?<%zz HTTP/1.1\r\nHost: " + testHost + "\r\nSec-Fetch-Site: cross-site\r\nX: \xff\xfe\r\n\r\n"))
	_, h := newPlayground()
	f.Fuzz(func(t *testing.T, request []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
		if err != nil {
			t.Skip("no handler would see it")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if (w.Code == http.StatusMisdirectedRequest) != (r.Host != testHost) {
			t.Errorf("host %q: %d", r.Host, w.Code)
		}
		if w.Code == http.StatusInternalServerError {
			t.Errorf("it failed: %s", w.Body)
		}
		page := send(h, "GET", "/live", "")
		if page.Code != http.StatusOK || strings.Contains(page.Body.String(), testKey) || strings.Contains(page.Body.String(), "<b>") {
			t.Errorf("the page: %d %s", page.Code, page.Body)
		}
	})
}
