package sandbox_test

import (
	"math"
	"net/http"
	"reflect"
	"testing"

	"example.com/cortexscan/sandbox"
)

func TestScanRunMovesOnWithEachCall(t *testing.T) {
	for _, c := range []struct {
		name   string
		states []string
		want   []string
	}{
		{"three states", []string{"Pending", "Running", "Completed"}, []string{"Pending", "Running", "Completed", "Completed"}},
		{"one state", []string{"Failed"}, []string{"Failed", "Failed"}},
		{"no states", nil, []string{"Running", "Running"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := sandbox.New()
			tenant.AddScanRun(789, c.states...)
			tenant.AddScanRun(790, "Other")
			for _, state := range c.want {
				if got := tenant.Runs()[0].State; got != state {
					t.Errorf("Runs says %q before the call, want %q", got, state)
				}
				wantAnswer(t, send(tenant, statusRequest(789)), http.StatusOK, `{"DATA":"Scan is in `+state+` state"}`)
			}
			wantAnswer(t, send(tenant, statusRequest(790)), http.StatusOK, `{"DATA":"Scan is in Other state"}`)
		})
	}
}

func TestScanRunIDs(t *testing.T) {
	tenant := sandbox.New()
	for _, id := range []int64{0, -1, math.MaxInt64, math.MinInt64} {
		wantAnswer(t, send(tenant, statusRequest(id)), http.StatusNotFound,
			`{"err_msg":"Run ID not found","metadata":{"err_extra":[{"field":"id","message":"no scan run has this ID"}]}}`)
		tenant.AddScanRun(id)
		wantStatus(t, send(tenant, statusRequest(id)), http.StatusOK)
	}
}

func TestScanRunTakesAnyFields(t *testing.T) {
	tenant := sandbox.New()
	tenant.AddScanRun(1, "Running")
	r := statusRequest(1)
	r.URL.RawQuery = "id=1&fields=progress&fields=status"
	wantAnswer(t, send(tenant, r), http.StatusOK, `{"DATA":"Scan is in Running state"}`)
}

func TestAddScanRunStartsAnew(t *testing.T) {
	tenant := sandbox.New()
	states := []string{"Pending", "Running"}
	tenant.AddScanRun(1, states...)
	states[0] = "changed by the caller"
	send(tenant, statusRequest(1))
	send(tenant, statusRequest(1))
	tenant.AddScanRun(1, "Pending", "Running")
	wantAnswer(t, send(tenant, statusRequest(1)), http.StatusOK, `{"DATA":"Scan is in Pending state"}`)
}

func TestRuns(t *testing.T) {
	tenant := sandbox.New()
	states := []string{"Pending", "Running"}
	tenant.AddScanRun(20, states...)
	tenant.AddScanRun(3)
	states[0] = "changed by the caller"
	send(tenant, statusRequest(20))

	want := []sandbox.Run{
		{ID: 3, State: "Running", States: []string{"Running"}},
		{ID: 20, State: "Running", States: []string{"Pending", "Running"}},
	}
	for range 2 { // the second time, what a caller does to the first answer has not reached the tenant
		got := tenant.Runs()
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		got[1].States[1] = "changed"
	}
}
