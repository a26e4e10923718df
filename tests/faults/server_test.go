package faults_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// exchange is one request that a bareServer has read, and the connection to answer it on.
type exchange struct {
	net.Conn
	request *http.Request
	n       int // of this request, from 1, over all connections
}

// bareServer reads requests and leaves it to answer what becomes of the bare connection: nothing between the
// test and the wire puts anything right.
type bareServer struct {
	ledger
	url         string
	connections atomic.Int32
	conns       sync.Map // net.Conn → struct{}
	done        sync.WaitGroup
	// greet is called for a new connection, before anything is read, and may end it.
	greet func(net.Conn) (goOn bool)
	// answer is called for each request, and says whether the connection goes on.
	answer func(*exchange) (goOn bool)
}

// serve starts a server on 127.0.0.1.
func serve(t testing.TB, answer func(*exchange) bool) *bareServer {
	t.Helper()
	s := &bareServer{answer: answer}
	s.start(t, listen(t))
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
		if x := (&exchange{conn, r, s.note(r)}); !s.answer(x) {
			return
		}
	}
}

// send writes raw bytes.
func (x *exchange) send(raw string) bool {
	_, err := x.Write([]byte(raw))
	return err == nil
}

// reply writes a whole answer; headers are lines such as "Retry-After: 1".
func (x *exchange) reply(status int, body string, headers ...string) bool {
	return x.send(raw(status, len(body), body, headers...))
}

// good writes the documented success.
func (x *exchange) good() bool { return x.reply(200, goodFor(x.request)) }

// reset ends the connection with a TCP reset instead of an orderly end.
func (x *exchange) reset() bool { return reset(x.Conn) }

func reset(conn net.Conn) bool {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
	return false
}

// untilGone waits until the client gives the connection up.
func (x *exchange) untilGone() bool {
	x.Read(make([]byte, 1))
	return false
}

// raw is an answer whose Content-Length may lie.
func raw(status, length int, body string, headers ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Length: %d\r\n", status, http.StatusText(status), length)
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	return b.String() + "\r\n" + body
}

func goodFor(r *http.Request) string {
	if r.Method == http.MethodGet {
		return goodRun
	}
	return goodAbort
}
