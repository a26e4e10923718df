package sandbox_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

var seen = time.UnixMilli(1584983036945)

// fleet contains three endpoints that differ in every field, and one with nothing but a scan.
func fleet() *sandbox.Tenant {
	tenant := sandbox.New()
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

// filters writes a list of filters out of fields, operators and values, which are JSON.
func filters(parts ...string) string {
	var list []string
	for i := 0; i < len(parts); i += 3 {
		list = append(list, `{"field":"`+parts[i]+`","operator":"`+parts[i+1]+`","value":`+parts[i+2]+`}`)
	}
	return "[" + strings.Join(list, ",") + "]"
}

func TestFiltersSelectEndpoints(t *testing.T) {
	for _, c := range []struct {
		name    string
		filters string
		want    string // the IDs of the endpoints whose scan is aborted
	}{
		{"all", `"all"`, "a b c d"},
		{"id", filters("endpoint_id_list", "in", `["a","c","z"]`), "a c"},
		{"id in another case", filters("endpoint_id_list", "in", `["A"]`), ""},
		{"bare string", filters("endpoint_id_list", "in", `"b"`), "b"},
		{"hostname in any case", filters("hostname", "in", `["lApToP-17"]`), "a"},
		{"part of a hostname", filters("hostname", "in", `["laptop"]`), ""},
		{"alias in exact case", filters("alias", "in", `["front desk"]`), "a"},
		{"group", filters("group_name", "in", `["research"]`), "b c"},
		{"distribution", filters("dist_name", "in", `["dist-2"]`), "b"},
		{"username", filters("username", "in", `["ada","bob"]`), "a b"},
		{"platform", filters("platform", "in", `["windows"]`), "a"},
		{"unpublished platform", filters("platform", "in", `["beos"]`), "c"},
		{"isolated", filters("isolate", "in", `["isolated"]`), "a"},
		{"unisolated", filters("isolate", "in", `["unisolated"]`), "b c d"},
		{"isolated or not", filters("isolate", "in", `["isolated","unisolated"]`), "a b c d"},
		{"neither isolated nor unisolated", filters("isolate", "in", `["yes"]`), ""},
		{"scan status", filters("scan_status", "in", `["pending"]`), "a"},
		{"scan status that cannot be aborted", filters("scan_status", "in", `["success"]`), ""},
		{"IP", filters("ip_list", "in", `["10.0.0.1"]`), "a"},
		{"several IPs", filters("ip_list", "in", `["fe80::1","10.0.0.2"]`), "a b"},
		{"IP in another form", filters("ip_list", "in", `["2001:0DB8:0:0::2"]`), "b"},
		{"IPv4 in IPv6", filters("ip_list", "in", `["::ffff:10.0.0.1"]`), "a"},
		{"IP as a bare string", filters("ip_list", "in", `"10.0.0.2"`), "b"},
		{"first seen since", filters("first_seen", "gte", `1584983036946`), "b c"},
		{"first seen until", filters("first_seen", "lte", `1584983036946`), "a b"},
		{"time with a decimal point", filters("first_seen", "gte", `1584983036946.0`), "b c"},
		{"time with an exponent", filters("last_seen", "lte", `9e12`), "a b c"},
		{"last seen since", filters("last_seen", "gte", `1584990236945`), "b c"},
		{"last seen until", filters("last_seen", "lte", `1584990236944`), "a"},
		{"never seen is not long ago", filters("last_seen", "lte", `9000000000000`), "a b c"},
		{"blank does not match empty", filters("alias", "in", `[""]`), ""},
		{"two fields", filters("group_name", "in", `["research"]`, "platform", "in", `["linux"]`), "b"},
		{"two fields without a match", filters("group_name", "in", `["sales"]`, "platform", "in", `["linux"]`), ""},
		{"one field twice", filters("username", "in", `["ada","bob"]`, "username", "in", `["bob"]`), "b"},
		{"a range", filters("first_seen", "gte", `1584983036945`, "first_seen", "lte", `1584983036945`), "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := fleet()
			w := send(tenant, abortRequest(c.filters))
			if got := aborted(tenant); got != c.want || (w.Code == http.StatusOK) != (c.want != "") {
				t.Errorf("aborted %q, want %q; response %d %s", got, c.want, w.Code, w.Body)
			}
		})
	}
}

func TestAbortWithAnUnknownFilterAbortsNothing(t *testing.T) {
	for _, c := range []struct{ name, field, operator, value, place string }{
		{"unknown field", "hostnme", "in", `["laptop-17"]`, "1/field"},
		{"field in another case", "Hostname", "in", `["laptop-17"]`, "1/field"},
		{"unknown operator", "hostname", "contains", `["laptop"]`, "1/operator"},
		{"operator of times for a string", "hostname", "gte", `["laptop"]`, "1/operator"},
		{"operator of lists for a time", "last_seen", "in", `1584983036945`, "1/operator"},
		{"number for a string", "hostname", "in", `17`, "1/value"},
		{"string for a time", "last_seen", "gte", `"1584983036945"`, "1/value"},
		{"list for a time", "last_seen", "gte", `["1584983036945"]`, "1/value"},
		{"word for an IP", "ip_list", "in", `["10.0.0.1","laptop"]`, "1/value"},
		{"network for an IP", "ip_list", "in", `["10.0.0.0/8"]`, "1/value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := fleet()
			w := send(tenant, abortRequest(filters("isolate", "in", `["isolated","unisolated"]`, c.field, c.operator, c.value)))
			wantStatus(t, w, http.StatusInternalServerError)
			if got := aborted(tenant); got != "" {
				t.Errorf("aborted %q", got)
			}
			var body struct {
				Reply struct {
					Code    any    `json:"err_code"`
					Message string `json:"err_msg"`
					Extra   string `json:"err_extra"`
				} `json:"reply"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Fatal(err)
			}
			if body.Reply.Code != 500.0 || !strings.Contains(body.Reply.Message, "invalid parameter name") ||
				!strings.HasPrefix(body.Reply.Extra, "/request_data/filters/"+c.place+": ") {
				t.Errorf("got %s, want one about filters/%s", w.Body, c.place)
			}
		})
	}
}

func TestAbortWithoutEndpointsIsInvalid(t *testing.T) {
	for _, f := range []string{`null`, `[]`, `""`, `"ALL"`, `["all"]`, `{}`, `0`, `true`, `[{}]`, `[null]`, filters("hostname", "in", `[]`)} {
		t.Run(f, func(t *testing.T) {
			tenant := fleet()
			wantStatus(t, send(tenant, abortRequest(f)), http.StatusBadRequest)
			if got := aborted(tenant); got != "" {
				t.Errorf("aborted %q", got)
			}
			if call := lastCall(t, tenant); !slices.ContainsFunc(call.Problems, func(p api.Problem) bool { return p.In == "body" }) {
				t.Errorf("problems %v, want one in the body", call.Problems)
			}
		})
	}
}
