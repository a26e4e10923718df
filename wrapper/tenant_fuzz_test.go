package wrapper_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// FuzzTenant: what New takes leads to a safe place, and what it refuses it does not repeat.
func FuzzTenant(f *testing.F) {
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
		rec := &recorder{next: transport(good)}
		c, err := newForTenant(tenant, rec)
		if err != nil {
			// A text of several letters that stands in the tenant, in the place of a secret, is not in the error.
			if strings.Contains(tenant, "PASSWORD") && strings.Contains(err.Error(), "PASSWORD") || c != nil || !isCleanLine(err.Error()) {
				t.Fatalf("%v, %v", c, err)
			}
			return
		}
		if _, err := c.GetScanRunStatus(t.Context(), 1); err != nil {
			t.Fatalf("%q: %v", tenant, err)
		}
		u := rec.requests[0].URL
		host := u.Hostname()
		if host == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "id=1&fields=status" || !strings.HasSuffix(u.Path, "/public_api/netscan/v1/scan/run") {
			t.Fatalf("%q became %s", tenant, u)
		}
		if addr, err := netip.ParseAddr(host); u.Scheme != "https" && (u.Scheme != "http" || host != "localhost" && (err != nil || !addr.Unmap().IsLoopback())) {
			t.Fatalf("%q became %s", tenant, u)
		}
		if host != strings.ToLower(host) || strings.HasSuffix(host, ".") || !isCleanLine(u.String()) {
			t.Fatalf("%q became %s", tenant, u)
		}
		if strings.Contains(host, "paloaltonetworks.com") && strings.HasSuffix(host, "paloaltonetworks.com") &&
			(host == "paloaltonetworks.com" || host == "api-paloaltonetworks.com" && !strings.Contains(strings.ToLower(tenant), "api-paloalto")) {
			t.Fatalf("%q became %s", tenant, u)
		}
		if strings.HasSuffix(host, ".paloaltonetworks.com") {
			if !strings.HasPrefix(host, "api-") || strings.HasPrefix(host, "api-api-") || u.Path != "/public_api/netscan/v1/scan/run" {
				t.Fatalf("%q became %s", tenant, u)
			}
		}
		// What New made of it, New takes, and leaves as it is.
		again, err := newForTenant(u.Scheme+"://"+u.Host, transport(good))
		if err != nil || again.String() != c.String() {
			t.Fatalf("%q became %s, and that %v, %v", tenant, u, again, err)
		}
		if _, err := http.NewRequest(http.MethodGet, u.String(), nil); err != nil {
			t.Fatalf("%q: %v", tenant, err)
		}
	})
}
