package wrapper_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

func TestBlankIncidentIsRefused(t *testing.T) {
	for name, opt := range map[string]wrapper.AbortOption{
		"a blank ID": wrapper.WithIncident("\u00a0\u200b"),
		"zero":       {},
	} {
		body, err := sentBody(t, wrapper.AllEndpoints(), wrapper.WithIncident("4711"), opt)
		wantKinds(t, err, "InvalidRequest")
		if body != "" || !strings.Contains(err.Error(), "the incident ID is blank") {
			t.Errorf("%s: sent %q, %v", name, body, err)
		}
	}
}

// sentBody makes an abort and returns the body that was sent, or "" if nothing was sent.
func sentBody(t testing.TB, targets wrapper.Targets, opts ...wrapper.AbortOption) (string, error) {
	t.Helper()
	rec := &recorder{next: transport(good)}
	res, err := newClient(t, rec).AbortScan(t.Context(), targets, opts...)
	_ = either(t, res, err)
	if len(rec.bodies) == 0 {
		return "", err
	}
	return rec.bodies[0], err
}

// The call refuses such targets, and sends nothing, least of all "all".
func TestAbortWithoutTargetsIsRefused(t *testing.T) {
	var none []gen.EndpointFilter
	hosts := wrapper.Hostnames("laptop-17")
	for _, tt := range []struct {
		name    string
		targets wrapper.Targets
		want    string
	}{
		{"zero Targets", wrapper.Targets{}, "no endpoints are selected"},
		{"Matching nothing", wrapper.Matching(), "no endpoints are selected"},
		{"Matching a nil list", wrapper.Matching(none...), "no endpoints are selected"},
		{"zero filter", wrapper.Matching(gen.EndpointFilter{}), "blank"},
		{"a zero filter beside a good one", wrapper.Matching(hosts, gen.EndpointFilter{}), "filter 2"},
		{"no values", wrapper.Matching(wrapper.Hostnames()), "filter 1 (hostname) has no value"},
		{"no values beside a good filter", wrapper.Matching(hosts, wrapper.GroupNames()), "filter 2 (group_name) has no value"},
		{"an empty value", wrapper.Matching(wrapper.Hostnames("")), "a blank value (1 of 1)"},
		{"an empty value beside good ones", wrapper.Matching(wrapper.Hostnames("a", "", "b")), "a blank value (2 of 3)"},
		{"spaces", wrapper.Matching(wrapper.Hostnames("  \t\n")), "blank"},
		{"no-break space", wrapper.Matching(wrapper.Hostnames("\u00a0")), "blank"},
		{"ideographic space", wrapper.Matching(wrapper.Hostnames("\u3000")), "blank"},
		{"zero-width space", wrapper.Matching(wrapper.Hostnames("\u200b")), "blank"},
		{"byte order mark", wrapper.Matching(wrapper.Hostnames("\ufeff")), "blank"},
		{"line separator", wrapper.Matching(wrapper.Hostnames("\u2028")), "blank"},
		{"NUL", wrapper.Matching(wrapper.Hostnames("\x00")), "blank"},
		{"Where with no values", wrapper.Matching(wrapper.Where("hostname", "in")), "no value"},
		{"Where with a blank field", wrapper.Matching(wrapper.Where(" ", "in", "a")), "blank"},
		{"Where with a blank operator", wrapper.Matching(wrapper.Where("hostname", "\u200b", "a")), "blank"},
		{"Where with a blank value", wrapper.Matching(wrapper.Where("hostname", "in", "a", " ")), "a blank value (2 of 2)"},
		{"the zero time", wrapper.Matching(wrapper.LastSeenSince(time.Time{})), "January 1, 1970"},
		{"the start of the epoch", wrapper.Matching(wrapper.FirstSeenSince(time.UnixMilli(0))), "January 1, 1970"},
		{"before the epoch", wrapper.Matching(wrapper.FirstSeenUntil(time.UnixMilli(-1))), "January 1, 1970"},
		{"the zero time beside a good filter", wrapper.Matching(hosts, wrapper.LastSeenUntil(time.Time{})), "filter 2 (last_seen)"},
		{"a nil value", wrapper.Matching(gen.EndpointFilter{Field: "hostname", Operator: "in"}), "no value"},
		{"a nil list", wrapper.Matching(gen.EndpointFilter{Field: "hostname", Operator: "in", Value: []string(nil)}), "no value"},
		{"an empty string", wrapper.Matching(gen.EndpointFilter{Field: "hostname", Operator: "in", Value: ""}), "blank"},
		{"an int of zero", wrapper.Matching(gen.EndpointFilter{Field: "first_seen", Operator: "gte", Value: 0}), "January 1, 1970"},
		{"an int64 of zero", wrapper.Matching(gen.EndpointFilter{Field: "first_seen", Operator: "gte", Value: int64(0)}), "January 1, 1970"},
		{"a list of any", wrapper.Matching(gen.EndpointFilter{Field: "hostname", Operator: "in", Value: []any{"a"}}), "[]interface {}"},
		{"a bool", wrapper.Matching(gen.EndpointFilter{Field: "hostname", Operator: "in", Value: true}), "bool"},
		{"a float", wrapper.Matching(gen.EndpointFilter{Field: "first_seen", Operator: "gte", Value: 1.5}), "float64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, err := sentBody(t, tt.targets)
			wantKinds(t, err, "InvalidRequest")
			if body != "" {
				t.Fatalf("sent %s", body)
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "nothing was sent") {
				t.Errorf("the error does not say %q: %v", tt.want, err)
			}
		})
	}
}

// Changing the slices afterwards changes nothing, and Targets can be used twice.
func TestTargetsCopyTheCallersSlices(t *testing.T) {
	names, own := []string{"laptop-17"}, []string{"windows"}
	filters := []gen.EndpointFilter{wrapper.Hostnames(names...), {Field: "platform", Operator: "in", Value: own}, wrapper.Aliases("a")}
	targets := wrapper.Matching(filters...)
	names[0], own[0], filters[2] = "", "", gen.EndpointFilter{}
	first, err := sentBody(t, targets)
	if err != nil || !strings.Contains(first, "laptop-17") || !strings.Contains(first, "windows") {
		t.Fatalf("sent %s, %v", first, err)
	}
	if second, err := sentBody(t, targets); err != nil || second != first {
		t.Errorf("the second time %s, %v", second, err)
	}
}

// The request is sent, but names no endpoint.
func TestZeroRequestNeverMeansAll(t *testing.T) {
	rec := &recorder{next: transport(good)}
	if _, err := newClient(t, rec).API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}); err != nil {
		t.Fatal(err)
	}
	var sent struct {
		RequestData struct{ Filters any } `json:"request_data"`
	}
	if err := json.Unmarshal([]byte(rec.bodies[0]), &sent); err != nil || sent.RequestData.Filters != nil {
		t.Errorf("sent %s, %v", rec.bodies[0], err)
	}
}

// Every filter is sent as the service documents it, and a custom one in each form that the spec allows.
func TestFilters(t *testing.T) {
	// A moment whose local time is not UTC; the microseconds are cut off.
	at := time.UnixMilli(1584983036945).Add(999 * time.Microsecond).In(time.FixedZone("far", 9*3600))
	custom := func(value gen.FilterValue) gen.EndpointFilter {
		return gen.EndpointFilter{Field: "f", Operator: "o", Value: value}
	}
	for _, tt := range []struct {
		name   string
		filter gen.EndpointFilter
		want   string
	}{
		{"EndpointIDs", wrapper.EndpointIDs("a", "b"), `{"field":"endpoint_id_list","operator":"in","value":["a","b"]}`},
		{"Hostnames", wrapper.Hostnames("a", "b"), `{"field":"hostname","operator":"in","value":["a","b"]}`},
		{"Aliases", wrapper.Aliases("a"), `{"field":"alias","operator":"in","value":["a"]}`},
		{"GroupNames", wrapper.GroupNames("a"), `{"field":"group_name","operator":"in","value":["a"]}`},
		{"Distributions", wrapper.Distributions("a"), `{"field":"dist_name","operator":"in","value":["a"]}`},
		{"IPs", wrapper.IPs("192.0.2.7", "2001:db8::7"), `{"field":"ip_list","operator":"in","value":["192.0.2.7","2001:db8::7"]}`},
		{"Usernames", wrapper.Usernames("a"), `{"field":"username","operator":"in","value":["a"]}`},
		{"Platforms", wrapper.Platforms("windows"), `{"field":"platform","operator":"in","value":["windows"]}`},
		{"Isolation", wrapper.Isolation("isolated"), `{"field":"isolate","operator":"in","value":["isolated"]}`},
		{"ScanStatuses", wrapper.ScanStatuses("in_progress"), `{"field":"scan_status","operator":"in","value":["in_progress"]}`},
		{"FirstSeenSince", wrapper.FirstSeenSince(at), `{"field":"first_seen","operator":"gte","value":1584983036945}`},
		{"FirstSeenUntil", wrapper.FirstSeenUntil(at), `{"field":"first_seen","operator":"lte","value":1584983036945}`},
		{"LastSeenSince", wrapper.LastSeenSince(at), `{"field":"last_seen","operator":"gte","value":1584983036945}`},
		{"LastSeenUntil", wrapper.LastSeenUntil(time.UnixMilli(1)), `{"field":"last_seen","operator":"lte","value":1}`},
		{"Where", wrapper.Where("tag", "contains", "a"), `{"field":"tag","operator":"contains","value":["a"]}`},
		{"a custom list", custom([]string{"a", "b"}), `{"field":"f","operator":"o","value":["a","b"]}`},
		{"a custom string", custom("a"), `{"field":"f","operator":"o","value":"a"}`},
		{"a custom int64", custom(int64(1584983036945)), `{"field":"f","operator":"o","value":1584983036945}`},
		{"a custom int", custom(1), `{"field":"f","operator":"o","value":1}`},
		{"a value that is the word all", custom([]string{"all"}), `{"field":"f","operator":"o","value":["all"]}`},
		{"a value with space around it", custom([]string{" a "}), `{"field":"f","operator":"o","value":[" a "]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, err := sentBody(t, wrapper.Matching(tt.filter))
			if want := `{"request_data":{"filters":[` + tt.want + `]}}`; err != nil || body != want {
				t.Errorf("sent %s, %v\nwant %s", body, err, want)
			}
		})
	}
}

func TestOnlyAllEndpointsSendsAll(t *testing.T) {
	incident := wrapper.WithIncident("4711")
	for _, tt := range []struct {
		targets wrapper.Targets
		opts    []wrapper.AbortOption
		want    string
	}{
		{wrapper.AllEndpoints(), nil, `{"request_data":{"filters":"all"}}`},
		{wrapper.AllEndpoints(), []wrapper.AbortOption{incident}, `{"request_data":{"filters":"all","incident_id":"4711"}}`},
		{wrapper.Matching(wrapper.Hostnames("all")), []wrapper.AbortOption{incident},
			`{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["all"]}],"incident_id":"4711"}}`},
	} {
		if body, err := sentBody(t, tt.targets, tt.opts...); err != nil || body != tt.want {
			t.Errorf("sent %s, %v, want %s", body, err, tt.want)
		}
	}
}

// The package defines the constants and the filters of the spec, and no others.
func TestDocumentedValues(t *testing.T) {
	constants := map[string][]string{
		"platform": {wrapper.PlatformWindows, wrapper.PlatformLinux, wrapper.PlatformMacOS, wrapper.PlatformAndroid},
		"isolate":  {wrapper.Isolated, wrapper.Unisolated},
		"scan_status": {
			wrapper.ScanNone, wrapper.ScanPending, wrapper.ScanInProgress, wrapper.ScanCanceled, wrapper.ScanAborted,
			wrapper.ScanPendingCancellation, wrapper.ScanSuccess, wrapper.ScanError,
		},
	}
	at := time.UnixMilli(1)
	operators := map[string][]string{}
	for _, f := range []gen.EndpointFilter{
		wrapper.EndpointIDs("a"), wrapper.Hostnames("a"), wrapper.Aliases("a"), wrapper.GroupNames("a"), wrapper.Distributions("a"), wrapper.IPs("a"),
		wrapper.Usernames("a"), wrapper.Platforms("a"), wrapper.Isolation("a"), wrapper.ScanStatuses("a"),
		wrapper.FirstSeenSince(at), wrapper.FirstSeenUntil(at), wrapper.LastSeenSince(at), wrapper.LastSeenUntil(at),
	} {
		operators[f.Field] = append(operators[f.Field], f.Operator)
	}
	known := api.KnownFilters()
	for _, k := range known {
		if !sameSet(operators[k.Field], k.Operators) {
			t.Errorf("%s: the filters that this test lists have the operators %q, the contract %q: add the function to filters.go, and to the list", k.Field, operators[k.Field], k.Operators)
		}
		if !sameSet(constants[k.Field], k.Values) {
			t.Errorf("%s: the constants that this test lists are %q, the contract has %q: add the constant to filters.go, and to the list", k.Field, constants[k.Field], k.Values)
		}
	}
	if len(known) != len(operators) {
		t.Errorf("%d fields, and %d in the contract", len(operators), len(known))
	}
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// The body decodes to what was meant, and never to every endpoint of the tenant.
func FuzzFilters(f *testing.F) {
	f.Add("hostname", "in", "laptop-17", "laptop-18", int64(1584983036945), "4711")
	f.Add("all", "all", "all", "all", int64(1), "all")
	f.Add("", " ", "\u200b", "\u00a0", int64(0), "")
	f.Add("f", "o", `"},"filters":"all"`, "\\", int64(-1), "\x00")
	f.Add("f\xff", "o\u2028", "\xff", "<&>\u2029", int64(1<<62), "\U0010ffff")
	f.Fuzz(func(t *testing.T, field, operator, first, second string, millis int64, incident string) {
		since := time.UnixMilli(millis)
		filters := []gen.EndpointFilter{wrapper.Where(field, operator, first, second), wrapper.Hostnames(first), wrapper.LastSeenSince(since)}
		body, err := sentBody(t, wrapper.Matching(filters...), wrapper.WithIncident(incident))
		if err != nil {
			if !errors.Is(err, wrapper.ErrInvalidRequest) || body != "" || !isCleanLine(err.Error()) {
				t.Fatalf("sent %q: %v", body, err)
			}
			return
		}
		for _, s := range []string{field, operator, first, second, incident} {
			if strings.TrimSpace(s) == "" {
				t.Fatalf("a blank text was sent: %s", body)
			}
			if !utf8.ValidString(s) {
				return // JSON has no way to send it
			}
		}
		if since.UnixMilli() <= 0 {
			t.Fatalf("the time %v was sent: %s", since, body)
		}
		var got gen.AbortScanRequest
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		want := gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: filters, IncidentID: incident}}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\nreads as %#v\nnot as   %#v", body, got, want)
		}
	})
}
