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

// fleet is three endpoints that differ in everything, and one of which nothing is known but its scan.
func fleet() *sandbox.Tenant {
	tenant := sandbox.New()
	tenant.AddEndpoint(sandbox.Endpoint{
		ID: "a", Hostname: "Laptop-17", Alias: "front desk", Group: "sales", Distribution: "dist-1", Username: "ada",
		Platform: "windows", ScanStatus: "pending", Isolated: true, IPs: []string{"10.0.0.1", "fe80::1"},
		FirstSeen: seen, LastSeen: seen.Add(time.Hour),
	})
	tenant.AddEndpoint(sandbox.Endpoint{
		ID: "b", Hostname: "laptop-18", Alias: "Front Desk", Group: "research", Distribution: "dist-2", Username: "bob",
		Platform: "linux", ScanStatus: "in_progress", IPs: []string{"10.0.0.2", "2001:db8::2"},
		FirstSeen: seen.Add(time.Millisecond), LastSeen: seen.Add(2 * time.Hour),
	})
	tenant.AddEndpoint(sandbox.Endpoint{
		ID: "c", Hostname: "server-1", Group: "research", Platform: "beos", ScanStatus: "in_progress", IPs: []string{"no address"},
		FirstSeen: seen.Add(time.Second), LastSeen: seen.Add(3 * time.Hour),
	})
	tenant.AddEndpoint(sandbox.Endpoint{ID: "d", ScanStatus: "in_progress"})
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

// filter writes one filter; value is JSON.
func filter(field, operator, value string) string {
	return `{"field":"` + field + `","operator":"` + operator + `","value":` + value + `}`
}

func TestFiltersSelect(t *testing.T) {
	for _, c := range []struct {
		name    string
		filters string
		want    string // the IDs of those whose scan is aborted
	}{
		{"all", `"all"`, "a b c d"},
		{"id", `[` + filter("endpoint_id_list", "in", `["a","c","z"]`) + `]`, "a c"},
		{"id, exact case", `[` + filter("endpoint_id_list", "in", `["A"]`) + `]`, ""},
		{"bare string", `[` + filter("endpoint_id_list", "in", `"b"`) + `]`, "b"},
		{"hostname, any case", `[` + filter("hostname", "in", `["lApToP-17"]`) + `]`, "a"},
		{"part of a hostname", `[` + filter("hostname", "in", `["laptop"]`) + `]`, ""},
		{"alias, exact case", `[` + filter("alias", "in", `["front desk"]`) + `]`, "a"},
		{"group", `[` + filter("group_name", "in", `["research"]`) + `]`, "b c"},
		{"distribution", `[` + filter("dist_name", "in", `["dist-2"]`) + `]`, "b"},
		{"username", `[` + filter("username", "in", `["ada","bob"]`) + `]`, "a b"},
		{"platform", `[` + filter("platform", "in", `["windows"]`) + `]`, "a"},
		{"platform that is not published", `[` + filter("platform", "in", `["beos"]`) + `]`, "c"},
		{"isolated", `[` + filter("isolate", "in", `["isolated"]`) + `]`, "a"},
		{"unisolated", `[` + filter("isolate", "in", `["unisolated"]`) + `]`, "b c d"},
		{"isolated or not", `[` + filter("isolate", "in", `["isolated","unisolated"]`) + `]`, "a b c d"},
		{"neither", `[` + filter("isolate", "in", `["yes"]`) + `]`, ""},
		{"scan status", `[` + filter("scan_status", "in", `["pending"]`) + `]`, "a"},
		{"scan status that cannot be aborted", `[` + filter("scan_status", "in", `["success"]`) + `]`, ""},
		{"ip", `[` + filter("ip_list", "in", `["10.0.0.1"]`) + `]`, "a"},
		{"any of several ips", `[` + filter("ip_list", "in", `["fe80::1","10.0.0.2"]`) + `]`, "a b"},
		{"ip written otherwise", `[` + filter("ip_list", "in", `["2001:0DB8:0:0::2"]`) + `]`, "b"},
		{"ipv4 in ipv6", `[` + filter("ip_list", "in", `["::ffff:10.0.0.1"]`) + `]`, "a"},
		{"ip, bare string", `[` + filter("ip_list", "in", `"10.0.0.2"`) + `]`, "b"},
		{"first seen since", `[` + filter("first_seen", "gte", `1584983036946`) + `]`, "b c"},
		{"first seen until", `[` + filter("first_seen", "lte", `1584983036946`) + `]`, "a b"},
		{"last seen since", `[` + filter("last_seen", "gte", `1584990236945`) + `]`, "b c"},
		{"last seen until", `[` + filter("last_seen", "lte", `1584990236944`) + `]`, "a"},
		{"never seen is not long ago", `[` + filter("last_seen", "lte", `9000000000000`) + `]`, "a b c"},
		{"blank is not unknown", `[` + filter("alias", "in", `[""]`) + `]`, ""},
		{"two fields", `[` + filter("group_name", "in", `["research"]`) + `,` + filter("platform", "in", `["linux"]`) + `]`, "b"},
		{"two fields, none has both", `[` + filter("group_name", "in", `["sales"]`) + `,` + filter("platform", "in", `["linux"]`) + `]`, ""},
		{"one field twice", `[` + filter("username", "in", `["ada","bob"]`) + `,` + filter("username", "in", `["bob"]`) + `]`, "b"},
		{"from, to", `[` + filter("first_seen", "gte", `1584983036945`) + `,` + filter("first_seen", "lte", `1584983036945`) + `]`, "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := fleet()
			w := send(tenant, abortRequest(c.filters))
			if got := aborted(tenant); got != c.want {
				t.Errorf("aborted %q, want %q; answer %d %s", got, c.want, w.Code, w.Body)
			}
			want := http.StatusOK
			if c.want == "" {
				want = http.StatusInternalServerError
			}
			wantStatus(t, w, want)
		})
	}
}

func TestWhatIsNoFilterSelectsNothing(t *testing.T) {
	good := filter("isolate", "in", `["isolated","unisolated"]`)
	for _, c := range []struct{ name, filter, where string }{
		{"unknown field", filter("hostnme", "in", `["laptop-17"]`), "1/field"},
		{"field in another case", filter("Hostname", "in", `["laptop-17"]`), "1/field"},
		{"unknown operator", filter("hostname", "contains", `["laptop"]`), "1/operator"},
		{"operator of times for a text", filter("hostname", "gte", `["laptop"]`), "1/operator"},
		{"operator of lists for a time", filter("last_seen", "in", `1584983036945`), "1/operator"},
		{"number for a text", filter("hostname", "in", `17`), "1/value"},
		{"text for a time", filter("last_seen", "gte", `"1584983036945"`), "1/value"},
		{"list for a time", filter("last_seen", "gte", `["1584983036945"]`), "1/value"},
		{"word for an ip", filter("ip_list", "in", `["10.0.0.1","laptop"]`), "1/value"},
		{"network for an ip", filter("ip_list", "in", `["10.0.0.0/8"]`), "1/value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := fleet()
			w := send(tenant, abortRequest(`[`+good+`,`+c.filter+`]`))
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
			if body.Reply.Code != 500.0 || !strings.Contains(body.Reply.Message, "invalid parameter name") {
				t.Errorf("got %s", w.Body)
			}
			if !strings.HasPrefix(body.Reply.Extra, "/request_data/filters/"+c.where+": ") {
				t.Errorf("place %q, want filters/%s", body.Reply.Extra, c.where)
			}
		})
	}
}

func TestWhatNamesNoEndpointsIsRefusedByTheContract(t *testing.T) {
	for _, filters := range []string{`null`, `[]`, `""`, `"ALL"`, `["all"]`, `{}`, `0`, `true`, `[{}]`, `[null]`, `[` + filter("hostname", "in", `[]`) + `]`} {
		t.Run(filters, func(t *testing.T) {
			tenant := fleet()
			wantStatus(t, send(tenant, abortRequest(filters)), http.StatusBadRequest)
			if got := aborted(tenant); got != "" {
				t.Errorf("aborted %q", got)
			}
			if call := lastCall(t, tenant); !slices.ContainsFunc(call.Problems, func(p api.Problem) bool { return p.In == "body" }) {
				t.Errorf("problems %v, want one in the body", call.Problems)
			}
		})
	}
}
