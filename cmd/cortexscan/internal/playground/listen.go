package playground

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// ErrPublic is the error that [Listen] returns for an address that other machines can reach.
var ErrPublic = errors.New("other machines could reach this address")

// Listener is a network listener with the host that was passed to [Listen].
type Listener struct {
	net.Listener
	name string // the host that was passed to Listen; "" for all addresses
	ip   netip.Addr
	port string
}

// Listen listens on HOST:PORT, or on 127.0.0.1 if the address is only a port. Port 0 selects a free port. If public
// is false and the host is empty or not on the loopback interface, Listen returns [ErrPublic].
func Listen(ctx context.Context, address string, public bool) (*Listener, error) {
	if _, err := strconv.ParseUint(address, 10, 16); err == nil {
		address = net.JoinHostPort("127.0.0.1", address)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, errors.New("expected HOST:PORT or a port")
	}
	// Listen on the address that was checked. A second lookup could return another address.
	ip, err := lookUp(ctx, host)
	if err != nil {
		return nil, err
	}
	if !ip.IsLoopback() && !public {
		return nil, ErrPublic
	}
	numeric := ip.String()
	if host == "" {
		numeric = "" // IPv4 and IPv6
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(numeric, port))
	if err != nil {
		for errors.Unwrap(err) != nil { // the caller names the address
			err = errors.Unwrap(err)
		}
		return nil, err
	}
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return &Listener{Listener: listener, name: host, ip: ip, port: port}, nil
}

// lookUp resolves a host to one address. "" means all addresses of the machine.
func lookUp(ctx context.Context, host string) (netip.Addr, error) {
	if host == "" {
		return netip.IPv6Unspecified(), nil
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(found) == 0 {
		return netip.Addr{}, errors.New("the host name has no address")
	}
	for _, ip := range found {
		if ip = ip.Unmap(); ip.Is4() { // localhost has an IPv4 and an IPv6 address, and some programs try only one of them
			return ip, nil
		}
	}
	return found[0], nil
}

// URL returns the URL at which this machine reaches the listener.
func (l *Listener) URL() string {
	host := l.ip.String()
	if l.ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return fmt.Sprintf("http://%s", net.JoinHostPort(host, l.port))
}

// Loopback reports whether only this machine can reach the listener.
func (l *Listener) Loopback() bool { return l.ip.IsLoopback() }

// answersTo reports whether the Host header of a request contains the host that was passed to Listen, or localhost or an
// IP address that reaches the listener. A listener on all addresses accepts any IP address. Other names are rejected,
// because anyone can make a name resolve to this address.
func (l *Listener) answersTo(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		if name, port, err = net.SplitHostPort(host + ":80"); err != nil {
			return false
		}
	}
	if port != l.port || name == "" {
		return false
	}
	if strings.EqualFold(name, l.name) {
		return true
	}
	everywhere := l.ip.IsUnspecified()
	if strings.EqualFold(name, "localhost") {
		return everywhere || l.ip.IsLoopback()
	}
	ip, err := netip.ParseAddr(name)
	if err != nil || ip.Zone() != "" && ip != l.ip { // a zone can be any string, and would become part of the commands on the page
		return false
	}
	return everywhere || ip == l.ip || ip.IsLoopback() && l.ip.IsLoopback()
}
