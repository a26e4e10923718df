package wrapper_test

import (
	"testing"
	"time"

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
