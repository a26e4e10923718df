package wrapper_test

import (
	"slices"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// TestFilters has every filter as the service documents it.
func TestFilters(t *testing.T) {
	// A moment whose local time is not UTC; the microseconds fall off.
	at := time.UnixMilli(1584983036945).Add(999 * time.Microsecond).In(time.FixedZone("far", 9*3600))
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
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, err := sentBody(t, wrapper.Matching(tt.filter))
			if want := `{"request_data":{"filters":[` + tt.want + `]}}`; err != nil || body != want {
				t.Errorf("sent %s, %v\nwant %s", body, err, want)
			}
		})
	}
}

// TestDocumentedValues: the constants and the filters are those of the contract, all of them and no others.
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
