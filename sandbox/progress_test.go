package sandbox_test

import (
	"net/http"
	"testing"

	"example.com/cortexscan/sandbox"
)

func TestMoveScan(t *testing.T) {
	tenant := sandbox.New()
	tenant.AddEndpoint(sandbox.Endpoint{ID: "e1", Hostname: "laptop-17", ScanStatus: "pending"})
	for _, c := range []struct {
		id, from, to string
		moved        bool
		now          string
	}{
		{"e1", "pending", "in_progress", true, "in_progress"},
		{"e1", "pending", "success", false, "in_progress"},
		{"e2", "in_progress", "success", false, "in_progress"},
		{"", "", "success", false, "in_progress"},
	} {
		if moved := tenant.MoveScan(c.id, c.from, c.to); moved != c.moved || tenant.Endpoints()[0].ScanStatus != c.now {
			t.Errorf("%+v: moved %t, now %s", c, moved, tenant.Endpoints()[0].ScanStatus)
		}
	}
	wantStatus(t, send(tenant, abortRequest(`"all"`)), http.StatusOK)
	if tenant.MoveScan("e1", "in_progress", "success") {
		t.Error("the abort was undone")
	}
}
