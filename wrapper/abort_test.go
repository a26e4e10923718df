package wrapper_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

func TestWithIncident(t *testing.T) {
	body, err := sentBody(t, wrapper.AllEndpoints(), wrapper.WithIncident("4711"))
	if want := `{"request_data":{"filters":"all","incident_id":"4711"}}`; err != nil || body != want {
		t.Errorf("sent %s, %v, want %s", body, err, want)
	}
	for name, opt := range map[string]wrapper.AbortOption{
		"the incident ID is blank": wrapper.WithIncident("\u00a0\u200b"),
		"an AbortOption is nil":    nil,
	} {
		body, err := sentBody(t, wrapper.AllEndpoints(), wrapper.WithIncident("4711"), opt)
		wantKinds(t, err, "InvalidRequest")
		if body != "" || !strings.Contains(err.Error(), name) {
			t.Errorf("sent %q, %v, want an error that says %q", body, err, name)
		}
	}
}

func TestAbortOptionOfTheCallersOwn(t *testing.T) {
	body, err := sentBody(t, wrapper.AllEndpoints(), func(d *gen.AbortScanRequestData) error { d.IncidentID = "x"; return nil })
	if err != nil || !strings.Contains(body, `"incident_id":"x"`) {
		t.Errorf("sent %s, %v", body, err)
	}
	no := errors.New("not today")
	if body, err = sentBody(t, wrapper.AllEndpoints(), func(*gen.AbortScanRequestData) error { return no }); body != "" || !errors.Is(err, no) {
		t.Errorf("sent %q, %v", body, err)
	}
	wantKinds(t, err, "InvalidRequest")
	// Which endpoints are meant, the Targets say alone.
	targets := wrapper.Matching(wrapper.Hostnames("laptop-17"))
	for _, other := range []gen.EndpointFilters{gen.AllEndpoints, []gen.EndpointFilter{}, func() {}} {
		body, err = sentBody(t, targets, func(d *gen.AbortScanRequestData) error { d.Filters = other; return nil })
		if body != "" {
			t.Errorf("sent %q", body)
		}
		wantKinds(t, err, "InvalidRequest")
	}
	body, err = sentBody(t, targets, func(d *gen.AbortScanRequestData) error { *d = gen.AbortScanRequestData{IncidentID: "x"}; return nil })
	if err != nil || !strings.Contains(body, "laptop-17") || !strings.Contains(body, `"incident_id":"x"`) {
		t.Errorf("sent %s, %v", body, err)
	}
}
