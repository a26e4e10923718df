package address

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"example.com/cortexscan/internal/text"
)

// An error does not repeat the tenant, which may contain a secret.
func TestTenants(t *testing.T) {
	const host = "api-acme.xdr.us.paloaltonetworks.com"
	label := strings.Repeat("a", 63)
	for _, tt := range []struct{ name, tenant, want string }{ // want is a URL, or a part of the error
		{"a bare host", "acme.xdr.us.paloaltonetworks.com", "https://" + host},
		{"a bare host with a port", "acme.xdr.us.paloaltonetworks.com:8443", "https://" + host + ":8443"},
		{"a bare host with a final dot", "acme.xdr.us.paloaltonetworks.com.", "https://" + host},
		{"a bare host of another domain with api-", "api-cortex.example.org", "https://api-cortex.example.org"},
		{"space around the host", " \t\u00a0acme.xdr.us.paloaltonetworks.com\r\n", "https://" + host},
		{"a URL in upper case", "HTTPS://API-ACME.xdr.us.paloaltonetworks.com", "https://" + host},
		{"a URL with slashes at the end", "https://api-acme.xdr.us.paloaltonetworks.com//", "https://" + host},
		{"the highest port", "https://acme.example.org:65535", "https://acme.example.org:65535"},
		{"the longest label", "https://" + label + ".example.org", "https://" + label + ".example.org"},
		{"a gateway with a path", "https://gateway.example.org/cortex/eu/", "https://gateway.example.org/cortex/eu"},
		{"a gateway with an escaped path", "https://gateway.example.org/a%2Fb", "https://gateway.example.org/a%2Fb"},
		{"a domain with a similar end", "https://evilpaloaltonetworks.com/x", "https://evilpaloaltonetworks.com/x"},
		{"a domain with a similar beginning", "https://paloaltonetworks.com.example.org", "https://paloaltonetworks.com.example.org"},
		{"http to 127.0.0.1", "http://127.0.0.1:8080/", "http://127.0.0.1:8080"},
		{"http to ::1", "http://[::1]:8080", "http://[::1]:8080"},
		{"an IPv6 address with a zone, a port and a path", "https://[FE80::1%25eth0]:9443/p/", "https://[fe80::1%25eth0]:9443/p"},
		{"http to localhost", "http://LocalHost:8080", "http://localhost:8080"},

		{"an empty tenant", "", "the tenant is empty"},
		{"only a port", "https://:443", "neither a host nor a URL"},
		{"an opaque URL", "https:acme.xdr.us.paloaltonetworks.com", "" /* any refusal */},
		{"a bad escape", "https://acme.example.org/%zz", "neither a host nor a URL"},
		{"a user and a password", "https://ana:hunter2@acme.example.org", "user name or a password"},
		{"api- before a second URL", "https://api-https://acme.xdr.us.paloaltonetworks.com", "two schemes"},
		{"a scheme twice", "https://https://acme.example.org", "two schemes"},
		{"a word before the scheme", "url=https://acme.example.org", "neither a host nor a URL"},
		{"in quotes", `"https://acme.example.org"`, "in quotes"},
		{"an empty fragment", "https://acme.example.org/#", "query or a fragment"},
		{"http to the vendor", "http://api-acme.xdr.us.paloaltonetworks.com", "plain http"},
		{"http to a name that ends in localhost", "http://notlocalhost", "plain http"},
		{"http to a short form of a loopback address", "http://127.1", "plain http"},
		{"http to a zone", "http://[::1%25lo]", "plain http"},
		{"a zone with a space", "https://[fe80::1%25a%20b]", ""},
		{"another scheme", "ftp://acme.example.org", "neither https nor http"},
		{"a bare host with a path", "acme.xdr.us.paloaltonetworks.com/dashboard", "URL contains a path"},
		{"api- twice", "api-api-acme.xdr.us.paloaltonetworks.com", "twice"},
		{"the vendor's own domain", "https://PaloAltoNetworks.com./", "without the tenant's name"},
		{"a bare word", "acme", "fully qualified"},
		{"a bare IP address", "192.0.2.1", "bare IP address"},
		{"port 0", "https://acme.example.org:0", "port"},
		{"port 65536", "https://acme.example.org:65536", "port"},
		{"an empty label", "acme..xdr.us.paloaltonetworks.com", "not a valid name"},
		{"a leading hyphen", "https://-acme.example.org", "not a valid name"},
		{"a label of 64 letters", "https://" + strings.Repeat("a", 64) + ".example.org", "not a valid name"},
		{"a Cyrillic letter", "https://аcme.xdr.us.paloaltonetworks.com", "not a valid name"},
		{"a backslash", `https://acme.example.org\@evil.org`, "" /* any refusal */},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse(tt.tenant)
			switch {
			case strings.HasPrefix(tt.want, "http"):
				if err != nil || got.String() != tt.want {
					t.Errorf("got %v, %v, want %s", got, err, tt.want)
				}
			case got != nil || err == nil || !strings.Contains(err.Error(), tt.want):
				t.Errorf("got %v, %v, want an error with %q", got, err, tt.want)
			case strings.Contains(err.Error(), "hunter2") || strings.ContainsAny(err.Error(), "\n\x1b"):
				t.Errorf("the error quotes the tenant: %q", err)
			}
		})
	}
}

// Parse returns an https URL, or an http URL of a loopback address. An error does not quote the tenant.
func FuzzAddress(f *testing.F) {
	for _, tenant := range []string{
		"acme.xdr.us.paloaltonetworks.com", "https://api-acme.xdr.us.paloaltonetworks.com/", "https://gateway.example.org/a%2Fb",
		"http://127.0.0.1:8080", "http://[::1]", "http://localhost", "http://[::ffff:127.0.0.1]", "http://[::1%25lo]", "http://example.org",
		"https://user:PASSWORD@example.org", "https://example.org?PASSWORD", "https://example.org:PASSWORD", "PASSWORD", "paloaltonetworks.com",
		"api-.paloaltonetworks.com", "https://a.PALOALTONETWORKS.com.", "//example.org", "https://exa\u200bmple.org", `https://a\@b`, "a.b:1",
	} {
		f.Add(tenant)
	}
	f.Fuzz(func(t *testing.T, tenant string) {
		u, err := Parse(tenant)
		if err != nil {
			// The tenant may contain a secret, which must not be in the error.
			if strings.Contains(tenant, "PASSWORD") && strings.Contains(err.Error(), "PASSWORD") || u != nil || !text.IsPrintable(err.Error()) {
				t.Fatalf("got %v, %v, want a printable error without the secret", u, err)
			}
			return
		}
		host := u.Hostname()
		name, _, _ := strings.Cut(host, "%")
		addr, err := netip.ParseAddr(host)
		isLoopback := host == "localhost" || err == nil && addr.Unmap().IsLoopback()
		isVendor := host == "paloaltonetworks.com" || strings.HasSuffix(host, ".paloaltonetworks.com")
		switch {
		case host == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "",
			u.Scheme != "https" && (u.Scheme != "http" || !isLoopback),
			name != strings.ToLower(name) || strings.HasSuffix(name, ".") || !text.IsPrintable(u.String()),
			host == "api-paloaltonetworks.com" && !strings.Contains(strings.ToLower(tenant), "api-paloalto"),
			isVendor && (!strings.HasPrefix(host, "api-") || strings.HasPrefix(host, "api-api-") || u.Path != ""):
			t.Fatalf("%q became %s", tenant, u)
		}
		// Parse accepts its own result and does not change it.
		again, err := Parse(u.String())
		if err != nil || again.String() != u.String() {
			t.Fatalf("%q became %s, which became %v, %v", tenant, u, again, err)
		}
		if _, err := http.NewRequest(http.MethodGet, u.String(), nil); err != nil {
			t.Fatalf("%q: net/http refuses the URL: %v", tenant, err)
		}
	})
}
