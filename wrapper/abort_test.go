package wrapper_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

func TestAbortScanReply(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       gen.AbortScanReply
	}{
		{"strings", `{"reply": {"action_id": "7", "status": "1", "endpoints_count": "673"}}`, gen.AbortScanReply{ActionID: "7", Status: "1", EndpointsCount: "673"}},
		{"numbers", `{"reply": {"action_id": 22519813685366, "status": 1, "endpoints_count": 673}}`,
			gen.AbortScanReply{ActionID: "22519813685366", Status: "1", EndpointsCount: "673"}},
		{"a mix", `{"reply": {"action_id": 7, "status": "1", "endpoints_count": 0}}`, gen.AbortScanReply{ActionID: "7", Status: "1", EndpointsCount: "0"}},
		{"beyond 2^53", `{"reply": {"action_id": 9007199254740993}}`, gen.AbortScanReply{ActionID: "9007199254740993"}},
		{"the action alone", `{"reply": {"action_id": "7"}}`, gen.AbortScanReply{ActionID: "7"}},
		{"nulls", `{"reply": {"action_id": "7", "status": null, "endpoints_count": null}}`, gen.AbortScanReply{ActionID: "7"}},
		{"members that nobody knows yet", `{"reply": {"action_id": "7", "x": [1]}, "y": {}}`, gen.AbortScanReply{ActionID: "7"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newClient(t, canned(200, tt.body)).AbortScan(t.Context(), wrapper.AllEndpoints())
			if err != nil || *got != tt.want {
				t.Errorf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

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
