package address

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"example.com/cortexscan/internal/text"
)

func TestTenantForms(t *testing.T) {
	const host = "api-acme.xdr.us.paloaltonetworks.com"
	label := strings.Repeat("a", 63)
	for _, tt := range []struct{ name, tenant, want string }{
		{"bare host", "acme.xdr.us.paloaltonetworks.com", "https://" + host},
		{"bare host with api-", "api-acme.xdr.us.paloaltonetworks.com", "https://" + host},
		{"bare host in upper case", "ACME.XDR.US.PaloAltoNetworks.com", "https://" + host},
		{"bare host with a slash", "acme.xdr.us.paloaltonetworks.com/", "https://" + host},
		{"bare host with a port", "acme.xdr.us.paloaltonetworks.com:8443", "https://" + host + ":8443"},
		{"bare host with its final dot", "acme.xdr.us.paloaltonetworks.com.", "https://" + host},
		{"bare host of another domain", "cortex.example.org", "https://api-cortex.example.org"},
		{"bare host of another domain with api-", "api-cortex.example.org", "https://api-cortex.example.org"},
		{"surrounding space", " \t\u00a0acme.xdr.us.paloaltonetworks.com\r\n", "https://" + host},
		{"URL", "https://api-acme.xdr.us.paloaltonetworks.com", "https://" + host},
		{"URL in upper case", "HTTPS://API-ACME.xdr.us.paloaltonetworks.com", "https://" + host},
		{"URL with a slash", " https://api-acme.xdr.us.paloaltonetworks.com/ ", "https://" + host},
		{"URL with slashes", "https://api-acme.xdr.us.paloaltonetworks.com//", "https://" + host},
		{"URL of the console", "https://acme.xdr.us.paloaltonetworks.com/", "https://" + host},
		{"URL with a port", "https://acme.xdr.us.paloaltonetworks.com:443", "https://" + host + ":443"},
		{"the lowest port", "https://acme.example.org:1", "https://acme.example.org:1"},
		{"the highest port", "https://acme.example.org:65535", "https://acme.example.org:65535"},
		{"the longest label", "https://" + label + ".example.org", "https://" + label + ".example.org"},
		{"another domain as it stands", "https://cortex.example.org", "https://cortex.example.org"},
		{"a gateway's path", "https://gateway.example.org/cortex/eu/", "https://gateway.example.org/cortex/eu"},
		{"a gateway's escaped path", "https://gateway.example.org/a%2Fb", "https://gateway.example.org/a%2Fb"},
		{"a domain that ends alike", "https://evilpaloaltonetworks.com/x", "https://evilpaloaltonetworks.com/x"},
		{"a domain that begins alike", "https://paloaltonetworks.com.example.org", "https://paloaltonetworks.com.example.org"},
		{"an underscore", "https://my_gateway.internal", "https://my_gateway.internal"},
		{"one word in a URL", "https://gateway", "https://gateway"},
		{"an address", "https://192.0.2.1:9443", "https://192.0.2.1:9443"},
		{"an IPv6 address", "https://[2001:db8::1]", "https://[2001:db8::1]"},
		{"an IPv6 address with a port", "https://[2001:db8::1]:9443/p", "https://[2001:db8::1]:9443/p"},
		{"http to 127.0.0.1", "http://127.0.0.1:8080/", "http://127.0.0.1:8080"},
		{"http to 127.8.9.10", "http://127.8.9.10", "http://127.8.9.10"},
		{"http to ::1", "http://[::1]:8080", "http://[::1]:8080"},
		{"an IPv6 address with a zone", "https://[fe80::1%25Eth0]", "https://[fe80::1%25Eth0]"},
		{"an IPv6 address with a zone, a port and a path", "https://[FE80::1%25eth0]:9443/p/", "https://[fe80::1%25eth0]:9443/p"},
		{"http to localhost", "http://LocalHost:8080", "http://localhost:8080"},
		{"http to localhost, a path", "http://localhost/prefix/", "http://localhost/prefix"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse(tt.tenant)
			if err != nil || got.String() != tt.want {
				t.Errorf("got %v, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestInvalidTenantsAreRefused(t *testing.T) {
	const secret = "hunter2"
	for _, tt := range []struct{ name, tenant, want string }{
		{"empty", "", "the tenant is empty"},
		{"blank", " \t\n", "the tenant is empty"},
		{"scheme alone", "https://", "neither a host nor a URL"},
		{"port alone", "https://:443", "neither a host nor a URL"},
		{"opaque", "https:acme.xdr.us.paloaltonetworks.com", "" /* any refusal */},
		{"not a URL", "https://acme xdr", "neither a host nor a URL"},
		{"bad escape", "https://acme.example.org/%zz", "neither a host nor a URL"},
		{"control character", "https://acme.example.org/\x1b[31m", "neither a host nor a URL"},
		{"user and password", "https://ana:hunter2@acme.example.org", "user name or a password"},
		{"user alone", "https://hunter2@acme.example.org", "user name or a password"},
		{"empty userinfo", "https://@acme.example.org", "user name or a password"},
		{"bare with a password", "ana:hunter2@acme.example.org", "user name or a password"},
		{"a password with a bad escape", "https://ana:hunter2%zz@acme.example.org", "neither a host nor a URL"},
		{"a password and a bad port", "https://ana:hunter2@acme.example.org:port", "neither a host nor a URL"},
		{"a prefix before a URL", "api-https://acme.xdr.us.paloaltonetworks.com", "two schemes"},
		{"a prefix within a URL", "https://api-https://acme.xdr.us.paloaltonetworks.com", "two schemes"},
		{"a scheme twice", "https://https://acme.example.org", "two schemes"},
		{"two different schemes", "HTTP://https://acme.example.org", "two schemes"},
		{"a scheme twice, without a colon", "https://https//acme.example.org", "two schemes"},
		{"a scheme twice, with one slash", "https:/https://acme.example.org", "two schemes"},
		{"a word before the scheme", "url=https://acme.example.org", "neither a host nor a URL"},
		{"in quotes", `"https://acme.example.org"`, "in quotes"},
		{"half in quotes", "'acme.example.org", "in quotes"},
		{"query", "https://acme.example.org?key=hunter2", "query or a fragment"},
		{"empty query", "https://acme.example.org/?", "query or a fragment"},
		{"fragment", "https://acme.example.org/#hunter2", "query or a fragment"},
		{"empty fragment", "https://acme.example.org/#", "query or a fragment"},
		{"http elsewhere", "http://api-acme.xdr.us.paloaltonetworks.com", "plain http"},
		{"http to a private address", "http://10.0.0.1", "plain http"},
		{"http to any address", "http://0.0.0.0:80", "plain http"},
		{"http to a name that begins alike", "http://localhost.example.org", "plain http"},
		{"http to a name that ends alike", "http://notlocalhost", "plain http"},
		{"http to a subdomain of localhost", "http://a.localhost", "plain http"},
		{"http to a number that means loopback", "http://2130706433", "plain http"},
		{"http to a short form of loopback", "http://127.1", "plain http"},
		{"http to a zone", "http://[::1%25lo]", "plain http"},
		{"a zone with a line break", "https://[fe80::1%25a%0ab]", ""},
		{"a zone with a space", "https://[fe80::1%25a%20b]", ""},
		{"another scheme", "ftp://acme.example.org", "neither https nor http"},
		{"a scheme that begins alike", "httpsx://acme.example.org", "neither https nor http"},
		{"a page of the console", "https://acme.xdr.us.paloaltonetworks.com/dashboard", "a path after its host"},
		{"a path of the API", "https://api-acme.xdr.us.paloaltonetworks.com/public_api/v1", "a path after its host"},
		{"bare with a path", "acme.xdr.us.paloaltonetworks.com/dashboard", "a path after its host"},
		{"bare of another domain with a path", "gateway.example.org/cortex", "a path after its host"},
		{"api- twice", "api-api-acme.xdr.us.paloaltonetworks.com", "twice"},
		{"api- twice in a URL", "https://api-api-acme.xdr.us.paloaltonetworks.com", "twice"},
		{"the vendor's domain itself", "paloaltonetworks.com", "without the tenant's name"},
		{"the vendor's domain itself in a URL", "https://PaloAltoNetworks.com./", "without the tenant's name"},
		{"one word", "acme", "fully qualified"},
		{"localhost, bare", "localhost:8080", "fully qualified"},
		{"bare address", "192.0.2.1", "bare IP address"},
		{"port 0", "https://acme.example.org:0", "port"},
		{"port 65536", "https://acme.example.org:65536", "port"},
		{"empty label", "acme..xdr.us.paloaltonetworks.com", "not a valid name"},
		{"two final dots", "https://acme.example.org..", "not a valid name"},
		{"leading hyphen", "https://-acme.example.org", "not a valid name"},
		{"long label", "https://" + strings.Repeat("a", 64) + ".example.org", "not a valid name"},
		{"letters that look alike", "https://аcme.xdr.us.paloaltonetworks.com", "not a valid name"},
		{"full-width dot", "https://acme.example.org\uff0eevil.org", "not a valid name"},
		{"zero-width space", "acme.xdr.us.paloaltonetworks.com\u200b", "not a valid name"},
		{"backslash", `https://acme.example.org\@evil.org`, "" /* any refusal */},
		{"a comma for a dot", "acme,xdr.us.paloaltonetworks.com", "not a valid name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u, err := Parse(tt.tenant)
			if u != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, %v, want an error with %q", u, err, tt.want)
			}
			if got := err.Error(); strings.Contains(got, secret) || strings.ContainsAny(got, "\n\x1b") {
				t.Errorf("the error repeats the tenant: %q", got)
			}
		})
	}
}

// Every tenant that is accepted leads to a safe place. An error does not repeat the tenant.
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
			// The tenant may contain a secret, which must not be in the error.
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
		// Parse accepts its own result and does not change it.
		again, err := Parse(u.String())
		if err != nil || again.String() != u.String() {
			t.Fatalf("%q became %s, and that %v, %v", tenant, u, again, err)
		}
		if _, err := http.NewRequest(http.MethodGet, u.String(), nil); err != nil {
			t.Fatalf("%q: %v", tenant, err)
		}
	})
}
