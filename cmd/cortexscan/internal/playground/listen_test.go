package playground

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestListenRefusesPublicAddresses(t *testing.T) {
	inUse, err := Listen(t.Context(), "127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	defer inUse.Close()
	for _, c := range []struct {
		address string
		public  bool
		want    string // the URL without the port, or a part of the error
	}{
		{"0", false, "http://127.0.0.1:"},
		{"localhost:0", false, "http://127.0.0.1:"},
		{":0", false, ErrPublic.Error()},
		{"0.0.0.0:0", false, ErrPublic.Error()},
		{"192.0.2.1:0", false, ErrPublic.Error()},
		{"0.0.0.0:0", true, "http://127.0.0.1:"},
		{"192.0.2.1:0", true, "assign requested address"},
		{"", false, "expected HOST:PORT or a port"},
		{"127.0.0.1", false, "expected HOST:PORT or a port"},
		{"99999", false, "expected HOST:PORT or a port"},
		{"127.0.0.1:99999", false, "invalid port"},
		{"no host:0", false, "the host name has no address"},
		{inUse.Addr().String(), false, "already in use"},
	} {
		l, err := Listen(t.Context(), c.address, c.public)
		if err != nil {
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "listen tcp") {
				t.Errorf("%s: got %v, want only the reason: %s", c.address, err, c.want)
			}
			continue
		}
		defer l.Close()
		if _, port, _ := net.SplitHostPort(l.Addr().String()); l.URL() != c.want+port || !l.answersTo("127.0.0.1:"+port) {
			t.Errorf("%s: got a listener with the URL %s, want %s", c.address, l.URL(), c.want)
		}
	}
}

func TestHostMustBeTheListenersAddress(t *testing.T) {
	loopback := &Listener{name: "127.0.0.1", ip: netip.MustParseAddr("127.0.0.1"), port: "8470"}
	loopback6 := &Listener{name: "::1", ip: netip.IPv6Loopback(), port: "8470"}
	web := &Listener{name: "127.0.0.1", ip: netip.MustParseAddr("127.0.0.1"), port: "80"}
	one := &Listener{name: "lab.example", ip: netip.MustParseAddr("192.0.2.1"), port: "8470"}
	zoned := &Listener{name: "fe80::1%eth0", ip: netip.MustParseAddr("fe80::1%eth0"), port: "8470"}
	all := &Listener{ip: netip.IPv6Unspecified(), port: "8470"}
	for _, c := range []struct {
		host     string
		accepted []*Listener
	}{
		{"127.0.0.1:8470", []*Listener{loopback, loopback6, all}},
		{"localhost:8470", []*Listener{loopback, loopback6, all}},
		{"[::1]:8470", []*Listener{loopback, loopback6, all}},
		{"192.0.2.1:8470", []*Listener{one, all}},
		{"lab.example:8470", []*Listener{one}},
		{"192.0.2.2:8470", []*Listener{all}},
		{"localhost", []*Listener{web}},
		{"127.0.0.1:8471", nil},
		{"evil.example:8470", nil},
		{"127.0.0.1.evil.example:8470", nil},
		{"localhost@evil.example:8470", nil},
		{":8470", nil},
		{"", nil},
		{"::1", nil},
		{"[::1%'$(id)']:8470", nil},
		{"[fe80::1%eth0]:8470", []*Listener{zoned}},
		{"[fe80::1%eth1]:8470", nil},
		{"127.0.0.1%eth0:8470", nil},
	} {
		for name, l := range map[string]*Listener{"127.0.0.1": loopback, "::1": loopback6, "port 80": web, "one address": one, "a zone": zoned, "all addresses": all} {
			if got := l.answersTo(c.host); got != slices.Contains(c.accepted, l) {
				t.Errorf("%s, host %q: got %v, want %v", name, c.host, got, !got)
			}
		}
	}
}
