package faults_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// link is a connection in memory. It behaves as one of TCP does, and breaks where its plan says so. Inside a bubble
// of testing/synctest nothing about it takes real time.
type link struct {
	number int
	world  *world
	fault  breakage

	mu      sync.Mutex
	moved   *sync.Cond
	way     [2][]byte // what was written and not read yet, by who wrote it
	closed  [2]bool   // who closed its side
	ended   bool      // both sides see an orderly end
	reset   bool      // both sides see a reset
	lossy   bool      // a reset takes with it what was not read yet
	silent  bool      // nothing arrives anymore
	leaving bool      // the server has said GOAWAY
	writes  int       // of the client
	window  int       // how much may be under way before a write has to wait
	timeout [2]struct{ read, write time.Time }
}

// The sides of a link.
const (
	client = iota
	server
)

// breakage is what happens to a connection without the server's doing, at one of the client's writes.
type breakage struct {
	write int    // the number of the write, from 1; 0: never
	when  string // "before", "during" or "after" it
	how   string // see sever
}

func newLink(w *world, number int, fault breakage) *link {
	l := &link{number: number, world: w, fault: fault, window: 64 << 10}
	l.moved = sync.NewCond(&l.mu)
	return l
}

// sever ends the connection for both sides: "reset", "lossy reset", "closed" or "silent". It is called with the lock held.
func (l *link) sever(how string) {
	switch how {
	case "reset":
		l.reset = true
	case "lossy reset":
		l.reset, l.lossy = true, true
	case "closed":
		l.ended = true
	case "silent":
		l.silent = true
	}
	l.moved.Broadcast()
}

func (l *link) breakOff(how string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sever(how)
}

// side is one end of a link.
type side struct {
	*link
	me int
}

func (s *side) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		in := &s.way[1-s.me]
		switch {
		case s.closed[s.me]:
			return 0, net.ErrClosed
		case len(p) == 0:
			return 0, nil
		case len(*in) > 0 && !(s.reset && s.lossy) && !s.silent:
			n := copy(p, *in)
			*in = (*in)[n:]
			s.moved.Broadcast()
			return n, nil
		case s.reset:
			return 0, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
		case (s.ended || s.closed[1-s.me]) && !s.silent:
			return 0, io.EOF
		case passed(s.timeout[s.me].read):
			return 0, os.ErrDeadlineExceeded
		}
		s.moved.Wait()
	}
}

func (s *side) Write(p []byte) (int, error) {
	if s.me == client {
		s.world.event()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	after := ""
	if s.me == client && !s.closed[client] {
		s.writes++
		if s.writes == s.fault.write {
			s.world.log("connection %d: %s %s write %d", s.number, s.fault.how, s.fault.when, s.writes)
			switch s.fault.when {
			case "before":
				s.sever(s.fault.how)
			case "during":
				s.way[client] = append(s.way[client], p[:len(p)/2]...)
				s.sever(s.fault.how)
			case "after":
				after = s.fault.how
			}
		}
	}
	for written := 0; ; {
		out := &s.way[s.me]
		switch {
		case s.closed[s.me]:
			return written, net.ErrClosed
		case s.reset:
			return written, &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)}
		case s.silent:
			return len(p), nil
		case s.closed[1-s.me] || s.ended: // the other side answers with a reset, which arrives later
			s.sever("reset")
			return len(p), nil
		case passed(s.timeout[s.me].write):
			return written, os.ErrDeadlineExceeded
		case len(*out) < s.window || len(p) == 0:
			n := min(len(p)-written, s.window-len(*out))
			*out = append(*out, p[written:written+n]...)
			s.moved.Broadcast()
			if written += n; written == len(p) {
				if after != "" {
					s.sever(after)
				}
				return written, nil
			}
			continue
		}
		s.moved.Wait()
	}
}

// Close ends the connection in order, or with a reset where something was left unread, as TCP does.
func (s *side) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed[s.me] {
		return net.ErrClosed
	}
	s.closed[s.me] = true
	if len(s.way[1-s.me]) > 0 {
		s.reset = true
	}
	s.moved.Broadcast()
	return nil
}

func (s *side) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (s *side) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: s.number} }

func (s *side) SetDeadline(t time.Time) error {
	s.SetReadDeadline(t)
	return s.SetWriteDeadline(t)
}

func (s *side) SetReadDeadline(t time.Time) error  { return s.setTimeout(&s.timeout[s.me].read, t) }
func (s *side) SetWriteDeadline(t time.Time) error { return s.setTimeout(&s.timeout[s.me].write, t) }

func (s *side) setTimeout(timeout *time.Time, t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	*timeout = t
	if !t.IsZero() {
		time.AfterFunc(time.Until(t), s.moved.Broadcast)
	}
	return nil
}

func passed(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }

// dial makes the next connection, as it is planned, and has a server serve it.
func (w *world) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	w.event()
	w.mu.Lock()
	w.dials++
	n, over := w.dials, w.over
	w.mu.Unlock()
	plan := w.planConnection(n)
	w.log("connection %d: %s", n, plan)
	if over {
		return nil, errors.New("the schedule is over")
	}
	switch plan.dial {
	case "refused":
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	case "no such host":
		return nil, &net.DNSError{Err: "no such host", Name: "gateway.example", IsNotFound: true}
	case "certificate refused":
		return nil, &tls.CertificateVerificationError{Err: errors.New("not one of ours")}
	case "times out":
		select {
		case <-time.After(10 * time.Second):
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	case "slow":
		select {
		case <-time.After(700 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	l := newLink(w, n, plan.fault)
	l.window = plan.window
	w.mu.Lock()
	w.links = append(w.links, l)
	w.mu.Unlock()
	go (&connection{world: w, link: l, plan: plan}).serve(&side{l, server})
	return &side{l, client}, nil
}
