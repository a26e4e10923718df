package sandbox_test

import (
	"slices"
	"testing"

	"example.com/cortexscan/sandbox"
)

func TestEndpointsAreAddedOrReplaced(t *testing.T) {
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

func TestOnlyScansInTheGivenStateAreMoved(t *testing.T) {
	tenant := sandbox.New()
	tenant.AddEndpoint(sandbox.Endpoint{ID: "e1", ScanStatus: "pending"})
	for _, c := range []struct {
		id, from, to string
		moved        bool
	}{
		{"e1", "pending", "in_progress", true},
		{"e1", "pending", "success", false},
		{"e2", "in_progress", "success", false},
	} {
		if moved := tenant.MoveScan(c.id, c.from, c.to); moved != c.moved || tenant.Endpoints()[0].ScanStatus != "in_progress" {
			t.Errorf("%+v: got moved %t and state %s", c, moved, tenant.Endpoints()[0].ScanStatus)
		}
	}
	send(tenant, abortRequest(`"all"`))
	if tenant.MoveScan("e1", "in_progress", "success") || aborted(tenant) != "e1" {
		t.Error("the scan was not aborted, or was moved afterwards")
	}
}
