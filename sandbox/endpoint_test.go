package sandbox_test

import (
	"slices"
	"testing"

	"example.com/cortexscan/sandbox"
)

func TestAddEndpoint(t *testing.T) {
	tenant := sandbox.New()
	tenant.AddEndpoint(sandbox.Endpoint{ID: "endpoint-2", Hostname: "named"})
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "first"})
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "second"})
	tenant.AddEndpoint(sandbox.Endpoint{ID: "endpoint-2", Hostname: "replaced", ScanStatus: "success"})

	var got []string
	for _, e := range tenant.Endpoints() {
		got = append(got, e.ID+" "+e.Hostname+" "+e.ScanStatus)
	}
	want := []string{"endpoint-2 replaced success", "endpoint-1 first none", "endpoint-3 second none"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEndpointsAreCopies(t *testing.T) {
	tenant := sandbox.New()
	given := sandbox.Endpoint{ID: "a", IPs: []string{"10.0.0.1"}}
	tenant.AddEndpoint(given)
	given.IPs[0] = "changed by the caller"
	list := tenant.Endpoints()
	list[0].Hostname = "changed"
	list[0].IPs[0] = "changed"
	if got := tenant.Endpoints()[0]; got.Hostname != "" || got.IPs[0] != "10.0.0.1" {
		t.Errorf("the tenant's own endpoint became %+v", got)
	}
}
