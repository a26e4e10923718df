package playground

import (
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
)

// states runs the simulation for a while, and returns the states that read returns, each change once.
func states(sim *simulation, start time.Time, d time.Duration, read func() string) (list []string) {
	for at := time.Duration(0); at <= d; at += time.Second {
		sim.step(start.Add(at))
		if s := read(); len(list) == 0 || list[len(list)-1] != s {
			list = append(list, s)
		}
	}
	return list
}

func wantStates(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("got %v, want %v…", got, want)
		}
	}
}

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
		t.Errorf("at first, the states are only %v", seen)
	}
	wantStates(t, states(sim, start, 5*time.Minute, func() string { return tenant.Endpoints()[0].ScanStatus }),
		"in_progress", "success", "none", "pending", "in_progress", "success")
	sim = newSimulation(tenant, start)
	wantStates(t, states(sim, start, 5*time.Minute, func() string { return tenant.Runs()[0].State }), "Running", "Completed", "Pending", "Running")
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
		t.Errorf("after half a minute it is %s", got)
	}
	sim.step(start.Add(42 * time.Second))
	if got := tenant.Endpoints()[0].ScanStatus; got != "none" {
		t.Errorf("after 41 seconds it is %s", got)
	}
	sim.step(start.Add(time.Hour))
	if list := tenant.Endpoints(); list[len(list)-1].ScanStatus != "error" {
		t.Errorf("an unknown state moved to %s", list[len(list)-1].ScanStatus)
	}
}
