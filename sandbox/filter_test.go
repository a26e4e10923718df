package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
)

var seen = time.UnixMilli(1584983036945)

// fleet returns a tenant with three endpoints that have different values, and one that has only an ID and a scan status.
func fleet() *sandbox.Tenant {
	tenant := sandbox.New(nil, sandbox.WithClock(nil)) // options may be nil
	for _, e := range []sandbox.Endpoint{
		{
			ID: "a", Hostname: "Laptop-17", Alias: "front desk", Group: "sales", Distribution: "dist-1", Username: "ada",
			Platform: "windows", ScanStatus: "pending", Isolated: true, IPs: []string{"10.0.0.1", "fe80::1"},
			FirstSeen: seen, LastSeen: seen.Add(time.Hour),
		},
		{
			ID: "b", Hostname: "laptop-18", Alias: "Front Desk", Group: "research", Distribution: "dist-2", Username: "bob",
			Platform: "linux", ScanStatus: "in_progress", IPs: []string{"10.0.0.2", "2001:db8::2"},
			FirstSeen: seen.Add(time.Millisecond), LastSeen: seen.Add(2 * time.Hour),
		},
		{
			ID: "c", Hostname: "server-1", Group: "research", Platform: "beos", ScanStatus: "in_progress", IPs: []string{"no address"},
			FirstSeen: seen.Add(time.Second), LastSeen: seen.Add(3 * time.Hour),
		},
		{ID: "d", ScanStatus: "in_progress"},
	} {
		tenant.AddEndpoint(e)
	}
	return tenant
}

func aborted(tenant *sandbox.Tenant) string {
	var ids []string
	for _, e := range tenant.Endpoints() {
		if e.ScanStatus == "aborted" {
			ids = append(ids, e.ID)
		}
	}
	return strings.Join(ids, " ")
}

// filters returns a list of filters as JSON. Each filter consists of three parts: a field, an operator and a JSON value.
func filters(parts ...string) string {
	var list []string
	for i := 0; i < len(parts); i += 3 {
		list = append(list, `{"field":"`+parts[i]+`","operator":"`+parts[i+1]+`","value":`+parts[i+2]+`}`)
	}
	return "[" + strings.Join(list, ",") + "]"
}

// An abort with an invalid filter aborts nothing.
func TestFiltersSelectEndpoints(t *testing.T) {
	besides := func(parts ...string) string {
		return filters(append([]string{"isolate", "in", `["isolated","unisolated"]`}, parts...)...)
	}
	for _, c := range []struct {
		name    string
		filters string
		want    string // the IDs of the endpoints with aborted scans, or the invalid part of the filters
	}{
		{"all", `"all"`, "a b c d"},
		{"all, in a body of exactly 1 MiB", `"all"` + strings.Repeat(" ", 1<<20-len(`{"request_data":{"filters":"all"}}`)), "a b c d"},
		{"id", filters("endpoint_id_list", "in", `["a","c","z"]`), "a c"},
		{"bare string", filters("endpoint_id_list", "in", `"b"`), "b"},
		{"hostname in any case", filters("hostname", "in", `["lApToP-17"]`), "a"},
		{"alias in exact case", filters("alias", "in", `["front desk"]`), "a"},
		{"distribution", filters("dist_name", "in", `["dist-2"]`), "b"},
		{"username", filters("username", "in", `["ada","bob"]`), "a b"},
		{"isolated", filters("isolate", "in", `["isolated"]`), "a"},
		{"unisolated", filters("isolate", "in", `["unisolated"]`), "b c d"},
		{"scan status", filters("scan_status", "in", `["pending"]`), "a"},
		{"IP", filters("ip_list", "in", `["10.0.0.1"]`), "a"},
		{"IP in another form", filters("ip_list", "in", `["2001:0DB8:0:0::2"]`), "b"},
		{"IPv4 in IPv6", filters("ip_list", "in", `["::ffff:10.0.0.1"]`), "a"},
		{"first seen since", filters("first_seen", "gte", `1584983036946`), "b c"},
		{"first seen until", filters("first_seen", "lte", `1584983036946`), "a b"},
		{"last seen since", filters("last_seen", "gte", `1584990236945`), "b c"},
		{"a time with an exponent, and an endpoint that was never seen", filters("last_seen", "lte", `9e12`), "a b c"},
		{"blank does not match empty", filters("alias", "in", `[""]`), ""},
		{"two fields", filters("group_name", "in", `["research"]`, "platform", "in", `["windows","linux"]`), "b"},
		{"unknown field", besides("hostnme", "in", `["laptop-17"]`), "1/field"},
		{"unknown operator", besides("hostname", "contains", `["laptop"]`), "1/operator"},
		{"list operator for a time", besides("last_seen", "in", `1584983036945`), "1/operator"},
		{"number for a string", besides("hostname", "in", `17`), "1/value"},
		{"string for a time", besides("last_seen", "gte", `"1584983036945"`), "1/value"},
		{"network for an IP", besides("ip_list", "in", `["10.0.0.0/8"]`), "1/value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := fleet()
			w := send(tenant, abortRequest(c.filters))
			_, place, _ := strings.Cut(w.Body.String(), `invalid parameter name or value","err_extra":"/request_data/filters/`)
			place, _, _ = strings.Cut(place, ": ")
			status := http.StatusOK
			if aborted(tenant) == "" {
				status = http.StatusInternalServerError
			}
			if got := aborted(tenant) + place; got != c.want || w.Code != status {
				t.Errorf("got %q, want %q, in the response %d %s", got, c.want, w.Code, w.Body)
			}
		})
	}
}
