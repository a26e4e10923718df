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

// link is a TCP connection in memory, which breaks where its plan says so. Inside a synctest bubble it takes no real time.
type link struct {
	number int
	sim    *simulation
	fault  breakage

	mu      sync.Mutex
	changed *sync.Cond
	unread  [2][]byte // what was written and not read yet, by writer
	closed  [2]bool   // by the side that closed it
	ended   bool      // both sides read an EOF
	reset   bool      // both sides see a reset
	lossy   bool      // the reset discards unread data
	silent  bool      // nothing arrives anymore
	leaving bool      // the server has sent GOAWAY
	writes  int       // by the client
	window  int       // bytes in flight before a write blocks
	timeout [2]struct{ read, write time.Time }
}

// The sides of a link.
const (
	client = iota
	server
)

// breakage breaks a connection at one of the client's writes.
type breakage struct {
	write int    // the number of the write, from 1; 0: never
	when  string // "before", "during" or "after" it
	how   string // see sever
}

// sever ends the connection for both sides: "reset", "lossy reset", "closed" or "silent". The caller holds the lock.
func (l *link) sever(how string) {
	l.reset = l.reset || how == "reset" || how == "lossy reset"
	l.lossy = l.lossy || how == "lossy reset"
	l.ended = l.ended || how == "closed"
	l.silent = l.silent || how == "silent"
	l.changed.Broadcast()
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
		in := &s.unread[1-s.me]
		switch {
		case s.closed[s.me]:
			return 0, net.ErrClosed
		case len(p) == 0:
			return 0, nil
		case len(*in) > 0 && !(s.reset && s.lossy) && !s.silent:
			n := copy(p, *in)
			*in = (*in)[n:]
			s.changed.Broadcast()
			return n, nil
		case s.reset:
			return 0, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
		case (s.ended || s.closed[1-s.me]) && !s.silent:
			return 0, io.EOF
		case passed(s.timeout[s.me].read):
			return 0, os.ErrDeadlineExceeded
		}
		s.changed.Wait()
	}
}

func (s *side) Write(p []byte) (int, error) {
	if s.me == client {
		s.sim.event()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	after := ""
	if s.me == client && !s.closed[client] {
		s.writes++
		if s.writes == s.fault.write {
			s.sim.log("connection %d: %s %s write %d", s.number, s.fault.how, s.fault.when, s.writes)
			switch s.fault.when {
			case "before":
				s.sever(s.fault.how)
			case "during":
				s.unread[client] = append(s.unread[client], p[:len(p)/2]...)
				s.sever(s.fault.how)
			case "after":
				after = s.fault.how
			}
		}
	}
	for written := 0; ; {
		out := &s.unread[s.me]
		switch {
		case s.closed[s.me]:
			return written, net.ErrClosed
		case s.reset:
			return written, &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)}
		case s.silent:
			return len(p), nil
		case s.closed[1-s.me] || s.ended: // the peer's reset arrives after the write
			s.sever("reset")
			return len(p), nil
		case passed(s.timeout[s.me].write):
			return written, os.ErrDeadlineExceeded
		case len(*out) < s.window || len(p) == 0:
			n := min(len(p)-written, s.window-len(*out))
			*out = append(*out, p[written:written+n]...)
			s.changed.Broadcast()
			if written += n; written == len(p) {
				if after != "" {
					s.sever(after)
				}
				return written, nil
			}
			continue
		}
		s.changed.Wait()
	}
}

// Close ends the connection with an EOF, or with a reset if something was left unread, as TCP does.
func (s *side) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed[s.me] {
		return net.ErrClosed
	}
	s.closed[s.me] = true
	if len(s.unread[1-s.me]) > 0 {
		s.reset = true
	}
	s.changed.Broadcast()
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
		time.AfterFunc(time.Until(t), s.changed.Broadcast)
	}
	return nil
}

func passed(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }

var errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}

// dial makes the next connection according to its plan, and starts its server.
func (s *simulation) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	s.event()
	s.mu.Lock()
	s.dials++
	n, over := s.dials, s.over
	s.mu.Unlock()
	plan := s.planConnection(n)
	s.log("connection %d: %+v", n, plan)
	if wait := map[string]time.Duration{"times out": 10 * time.Second, "slow": 700 * time.Millisecond}[plan.dial]; wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	switch {
	case over:
		return nil, errors.New("the schedule is over")
	case plan.dial == "refused":
		return nil, errRefused
	case plan.dial == "no such host":
		return nil, &net.DNSError{Err: "no such host", Name: "gateway.example", IsNotFound: true}
	case plan.dial == "certificate refused":
		return nil, &tls.CertificateVerificationError{Err: errors.New("an unknown authority")}
	case plan.dial == "times out":
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
	}
	l := &link{number: n, sim: s, fault: plan.fault, window: plan.window}
	l.changed = sync.NewCond(&l.mu)
	s.mu.Lock()
	s.links = append(s.links, l)
	s.mu.Unlock()
	go (&connection{simulation: s, link: l, plan: plan}).serve(&side{l, server})
	return &side{l, client}, nil
}
