package playground

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
)

func TestScansAndRunsMakeProgress(t *testing.T) {
	tenant, start := sandbox.New(), time.Now()
	sim := newSimulation(tenant, start)
	seen := map[string]bool{}
	for _, e := range tenant.Endpoints() {
		seen[e.ScanStatus] = true
	}
	for _, r := range tenant.Runs() {
		seen[r.State] = true
	}
	if len(seen) != 7 {
		t.Errorf("got the initial states %v, want all seven", seen)
	}
	tenant.MoveScan(tenant.Endpoints()[2].ID, "in_progress", "aborted")
	tenant.AddEndpoint(sandbox.Endpoint{ID: "mine", ScanStatus: "error"})
	var scan, aborted, other, run []string // the state at each second
	for at := time.Duration(0); at <= 105*time.Second; at += time.Second {
		sim.step(start.Add(at))
		list := tenant.Endpoints()
		scan, aborted, other = append(scan, list[0].ScanStatus), append(aborted, list[2].ScanStatus), append(other, list[len(list)-1].ScanStatus)
		run = append(run, tenant.Runs()[0].State)
	}
	for want, states := range map[string][]string{
		"in_progress success none pending in_progress": scan,
		"aborted none pending in_progress":             aborted,
		"error":                                        other,
		"Running Completed Pending Running":            run,
	} {
		if got := strings.Join(slices.Compact(states), " "); got != want {
			t.Errorf("got the states %s, want %s", got, want)
		}
	}
}
