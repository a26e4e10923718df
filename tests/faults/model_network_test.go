package faults_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// link simulates a TCP connection in memory. The connection breaks as planned, and writes never block.
type link struct {
	number int
	sim    *simulation
	plan   connectionPlan

	mu       sync.Mutex
	changed  *sync.Cond
	unread   [2][]byte // data that was written but not yet read, indexed by writer
	closed   [2]bool   // indexed by side
	broken   string    // how the network broke it: "reset", "closed" or "silent"
	writes   int       // of the client
	deadline [2]time.Time

	gone     context.Context // ends when the client closes the connection or the network breaks it
	end      context.CancelFunc
	requests atomic.Int32
	leaving  atomic.Bool // the server has sent GOAWAY
}

const (
	client = iota
	server
)

// breakage describes how a connection breaks at one of the client's writes.
type breakage struct {
	write int    // the number of the write, from 1; 0: never
	when  string // "before", "during" or "after" the write
	how   string // "reset", "closed" or "silent"
}

// The caller of sever holds the lock.
func (l *link) sever(how string) {
	l.broken = how
	l.end()
	l.changed.Broadcast()
}

func (l *link) breakOff(how string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sever(how)
}

type side struct {
	*link
	me int
}

func (s *side) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		in, deadline := &s.unread[1-s.me], s.deadline[s.me]
		switch {
		case s.closed[s.me]:
			return 0, net.ErrClosed
		case len(p) == 0:
			return 0, nil
		case len(*in) > 0 && s.broken != "silent":
			n := copy(p, *in)
			*in = (*in)[n:]
			return n, nil
		case s.broken == "reset":
			return 0, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
		case s.broken == "closed", s.broken == "" && s.closed[1-s.me]:
			return 0, io.EOF
		case !deadline.IsZero() && !time.Now().Before(deadline):
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
	fault, hit := s.plan.fault, false
	if s.me == client && !s.closed[client] {
		s.writes++
		if hit = s.writes == fault.write; hit {
			s.sim.log("connection %d: %s %s write %d", s.number, fault.how, fault.when, s.writes)
		}
	}
	if hit && fault.when == "during" {
		s.unread[client] = append(s.unread[client], p[:len(p)/2]...)
	}
	if hit && fault.when != "after" {
		s.sever(fault.how)
	}
	switch {
	case s.closed[s.me]:
		return 0, net.ErrClosed
	case s.broken == "reset":
		return 0, &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)}
	case s.broken == "silent":
		return len(p), nil
	case s.broken == "closed", s.closed[1-s.me]: // the peer's reset arrives later
		s.sever("reset")
		return len(p), nil
	}
	s.unread[s.me] = append(s.unread[s.me], p...)
	s.changed.Broadcast()
	if hit {
		s.sever(fault.how)
	}
	return len(p), nil
}

// Close ends the connection as TCP does. The peer gets a reset if this side has unread data, and an EOF otherwise.
func (s *side) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed[s.me] {
		return net.ErrClosed
	}
	s.closed[s.me] = true
	if len(s.unread[1-s.me]) > 0 && s.broken == "" {
		s.broken = "reset"
	}
	if s.me == client {
		s.end()
	}
	s.changed.Broadcast()
	return nil
}

func (s *side) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (s *side) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: s.number} }
func (s *side) SetDeadline(t time.Time) error    { return s.SetReadDeadline(t) }
func (s *side) SetWriteDeadline(time.Time) error { return nil }

func (s *side) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline[s.me] = t
	if !t.IsZero() {
		time.AfterFunc(time.Until(t), s.changed.Broadcast)
	}
	return nil
}

var errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}

// dial makes the next connection as planned and passes the other end to the server.
func (s *simulation) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	s.event()
	s.mu.Lock()
	s.dials++
	n := s.dials
	s.mu.Unlock()
	plan := s.planConnection(n)
	s.log("connection %d: %+v", n, plan)
	switch plan.dial {
	case "refused":
		return nil, errRefused
	case "certificate refused":
		return nil, &tls.CertificateVerificationError{Err: errors.New("an unknown authority")}
	case "slow", "times out":
		select {
		case <-time.After(map[string]time.Duration{"slow": 700 * time.Millisecond, "times out": 10 * time.Second}[plan.dial]):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if plan.dial == "times out" {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
		}
	}
	l := &link{number: n, sim: s, plan: plan}
	l.changed = sync.NewCond(&l.mu)
	l.gone, l.end = context.WithCancel(context.Background())
	s.mu.Lock()
	s.links = append(s.links, l)
	s.mu.Unlock()
	s.listener <- &side{l, server}
	return &side{l, client}, nil
}
