package address

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"example.com/cortexscan/internal/text"
)

// FuzzAddress: what New takes leads to a safe place, and what it refuses it does not repeat.
func FuzzAddress(f *testing.F) {
	for _, tenant := range []string{
		"acme.xdr.us.paloaltonetworks.com", "https://api-acme.xdr.us.paloaltonetworks.com/", "https://gateway.example.org/a%2Fb",
		"http://127.0.0.1:8080", "http://[::1]", "http://localhost", "http://[::ffff:127.0.0.1]", "http://[::1%25lo]", "http://example.org",
		"https://user:PASSWORD@example.org", "user:PASSWORD@example.org", "https://example.org?PASSWORD", "https://example.org#PASSWORD",
		"https://example.org:PASSWORD", "https://PASSWORD", "PASSWORD", "https://example.org:99999", "paloaltonetworks.com", "api-.paloaltonetworks.com",
		"https://a.PALOALTONETWORKS.com.", "https://[::1", "//example.org", "https:///x", "https://exa\u200bmple.org", `https://a\@b`, "ftp://a.b", "a.b:1",
	} {
		f.Add(tenant)
	}
	f.Fuzz(func(t *testing.T, tenant string) {
		u, err := Parse(tenant)
		if err != nil {
			// A text of several letters that stands in the tenant, in the place of a secret, is not in the error.
			if strings.Contains(tenant, "PASSWORD") && strings.Contains(err.Error(), "PASSWORD") || u != nil || !text.IsPrintable(err.Error()) {
				t.Fatalf("%v, %v", u, err)
			}
			return
		}
		host := u.Hostname()
		name, _, _ := strings.Cut(host, "%")
		if host == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "" {
			t.Fatalf("%q became %s", tenant, u)
		}
		if addr, err := netip.ParseAddr(host); u.Scheme != "https" && (u.Scheme != "http" || host != "localhost" && (err != nil || !addr.Unmap().IsLoopback())) {
			t.Fatalf("%q became %s", tenant, u)
		}
		if name != strings.ToLower(name) || strings.HasSuffix(name, ".") || !text.IsPrintable(u.String()) {
			t.Fatalf("%q became %s", tenant, u)
		}
		if strings.Contains(host, "paloaltonetworks.com") && strings.HasSuffix(host, "paloaltonetworks.com") &&
			(host == "paloaltonetworks.com" || host == "api-paloaltonetworks.com" && !strings.Contains(strings.ToLower(tenant), "api-paloalto")) {
			t.Fatalf("%q became %s", tenant, u)
		}
		if strings.HasSuffix(host, ".paloaltonetworks.com") {
			if !strings.HasPrefix(host, "api-") || strings.HasPrefix(host, "api-api-") || u.Path != "" {
				t.Fatalf("%q became %s", tenant, u)
			}
		}
		// What Parse made of it, Parse takes, and leaves as it is.
		again, err := Parse(u.String())
		if err != nil || again.String() != u.String() {
			t.Fatalf("%q became %s, and that %v, %v", tenant, u, again, err)
		}
		if _, err := http.NewRequest(http.MethodGet, u.String(), nil); err != nil {
			t.Fatalf("%q: %v", tenant, err)
		}
	})
}
