package wrapper_test

import (
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

func TestWithIncident(t *testing.T) {
	body, err := sentBody(t, wrapper.AllEndpoints(), wrapper.WithIncident("4711"))
	if want := `{"request_data":{"filters":"all","incident_id":"4711"}}`; err != nil || body != want {
		t.Errorf("sent %s, %v, want %s", body, err, want)
	}
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
