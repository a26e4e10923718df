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
	var scan, run []string // the state at each second
	for at := time.Duration(0); at <= 5*time.Minute; at += time.Second {
		sim.step(start.Add(at))
		scan, run = append(scan, tenant.Endpoints()[0].ScanStatus), append(run, tenant.Runs()[0].State)
	}
	if got := strings.Join(slices.Compact(scan), " "); !strings.HasPrefix(got, "in_progress success none pending in_progress success") {
		t.Errorf("got the scan states %s", got)
	}
	if got := strings.Join(slices.Compact(run), " "); !strings.HasPrefix(got, "Running Completed Pending Running") {
		t.Errorf("got the run states %s", got)
	}
}

func TestAbortedScansStayAbortedForAWhile(t *testing.T) {
	tenant, start := sandbox.New(), time.Now()
	sim := newSimulation(tenant, start)
	first := tenant.Endpoints()[0].ID
	tenant.MoveScan(first, "in_progress", "aborted")
	tenant.AddEndpoint(sandbox.Endpoint{ID: "mine", ScanStatus: "error"})

	sim.step(start.Add(time.Second))
	sim.step(start.Add(31 * time.Second))
	if got := tenant.Endpoints()[0].ScanStatus; got != "aborted" {
		t.Errorf("after 30 seconds: got %s, want aborted", got)
	}
	sim.step(start.Add(42 * time.Second))
	if got := tenant.Endpoints()[0].ScanStatus; got != "none" {
		t.Errorf("after 41 seconds: got %s, want none", got)
	}
	sim.step(start.Add(time.Hour))
	if list := tenant.Endpoints(); list[len(list)-1].ScanStatus != "error" {
		t.Errorf("the state error changed to %s", list[len(list)-1].ScanStatus)
	}
}
