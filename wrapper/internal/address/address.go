// Package address parses a tenant's address in the forms in which users enter it.
package address

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	vendorDomain = "paloaltonetworks.com"
	apiPrefix    = "api-"
	letters      = "abcdefghijklmnopqrstuvwxyz0123456789-_"
	tenantForms  = "give the tenant's host, such as acme.xdr.us.paloaltonetworks.com, or an https URL"
)

// Parse turns a host or a URL into the base URL of the tenant's API. Its errors do not repeat the input, because keys and passwords
// are sometimes pasted into the wrong place.
func Parse(tenant string) (*url.URL, error) {
	tenant = strings.TrimSpace(tenant)
	if tenant == "" {
		return nil, errors.New("the tenant is empty: " + tenantForms)
	}
	if strings.Trim(tenant, "\"'`") != tenant {
		return nil, errors.New("the tenant is in quotes, which some programs keep when they read an env file: remove the quotes")
	}
	if hasTwoSchemes(tenant) {
		return nil, errors.New("the tenant has two schemes, such as https://https:// or api-https://: give https:// once, at the beginning")
	}
	bare := !strings.Contains(tenant, "://")
	if bare {
		tenant = "https://" + tenant
	}
	u, err := url.Parse(tenant)
	if err != nil || u.Hostname() == "" || u.Opaque != "" {
		return nil, errors.New("the tenant is neither a host nor a URL: " + tenantForms)
	}
	if u.User != nil {
		return nil, errors.New("the tenant's URL contains a user name or a password: remove them; the API key is a separate setting")
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(tenant, "#") {
		return nil, errors.New("the tenant's URL contains a query or a fragment: give only the scheme and the host")
	}
	host, zone, _ := strings.Cut(u.Hostname(), "%") // the zone of an IPv6 address keeps its case
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if strings.Trim(strings.ToLower(zone), letters) != "" {
		return nil, errors.New("the zone of the tenant's IPv6 address is not a valid name")
	}
	if zone != "" {
		host += "%" + zone
	}
	if n, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && (err != nil || n == 0) {
		return nil, errors.New("the tenant's port is not a number from 1 to 65535")
	}
	loopback := isLoopback(host)
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && loopback:
	case u.Scheme == "http":
		return nil, errors.New("the tenant's URL is plain http, which would send the key unprotected: use https (http is for loopback addresses only)")
	default:
		return nil, errors.New("the tenant's URL is neither https nor http: " + tenantForms)
	}
	if err := checkHost(host, bare); err != nil {
		return nil, err
	}
	if host == vendorDomain {
		// With the prefix api-, the host would be another domain, which anyone can register.
		return nil, errors.New("the tenant is the vendor's own domain, without the tenant's name: " + tenantForms)
	}
	vendor := strings.HasSuffix(host, "."+vendorDomain)
	path := strings.TrimRight(u.EscapedPath(), "/")
	if path != "" && (vendor || bare) {
		return nil, errors.New("the tenant's URL contains a path, perhaps copied from a console page: give only the host")
	}
	if vendor && strings.HasPrefix(host, apiPrefix+apiPrefix) {
		return nil, errors.New(`the tenant's host begins with "api-" twice: give it once, or leave it out`)
	}
	if (vendor || bare) && !strings.HasPrefix(host, apiPrefix) {
		host = apiPrefix + host
	}
	return rebuild(u.Scheme, host, u.Port(), path)
}

// hasTwoSchemes recognizes a prefix before a complete URL, such as api-https://acme or https://https://acme.
func hasTwoSchemes(tenant string) bool {
	scheme, rest, _ := strings.Cut(strings.ToLower(tenant), ":/")
	host, _, _ := strings.Cut(strings.TrimLeft(rest, "/"), "/")
	return scheme == "api-http" || scheme == "api-https" ||
		slices.Contains([]string{"http", "https", "http:", "https:", "api-http:", "api-https:"}, host)
}

// rebuild returns the URL with these parts. It parses the path again, so that Path and RawPath are consistent.
func rebuild(scheme, host, port, path string) (*url.URL, error) {
	if port != "" {
		host = net.JoinHostPort(host, port)
	} else if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	u, err := url.Parse(scheme + "://host" + path)
	if err != nil {
		return nil, errors.New("the tenant is neither a host nor a URL: " + tenantForms)
	}
	u.Host = host
	return u, nil
}

// checkHost refuses invalid host names. If bare is true, the tenant was given without a scheme, and checkHost also
// refuses IP addresses and single words.
func checkHost(host string, bare bool) error {
	if _, err := netip.ParseAddr(host); err == nil {
		if bare {
			return errors.New("the tenant is a bare IP address: give a URL, such as https://192.0.2.1 or http://127.0.0.1:8080")
		}
		return nil
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || strings.Trim(label, letters) != "" {
			return errors.New("the tenant's host is not a valid name: " + tenantForms)
		}
	}
	if bare && !strings.Contains(host, ".") {
		return errors.New("the tenant is a single word, not a fully qualified domain name: " + tenantForms)
	}
	return nil
}

// isLoopback reports whether host is this machine: 127/8, ::1 or localhost.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Zone() == "" && addr.Unmap().IsLoopback()
}
