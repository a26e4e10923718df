package playground

import (
	"context"
	"time"

	"example.com/cortexscan/sandbox"
)

// step is a state change: the next state and the time before the change.
type step struct {
	to    string
	after time.Duration
}

// Scans and runs cycle through their states, so that there is always a scan to abort. An aborted scan stays aborted for a
// while, and then starts again.
var (
	scanSteps = map[string]step{
		"none":        {"pending", 8 * time.Second},
		"pending":     {"in_progress", 10 * time.Second},
		"in_progress": {"success", 60 * time.Second},
		"success":     {"none", 20 * time.Second},
		"aborted":     {"none", 40 * time.Second},
	}
	runSteps = map[string]step{
		"Pending":   {"Running", 10 * time.Second},
		"Running":   {"Completed", 30 * time.Second},
		"Completed": {"Pending", 40 * time.Second},
	}
)

// stagger is added to the time in each state: once for the second endpoint or run, twice for the third, and so on.
// Without stagger, all endpoints would change at the same times after an abort of all scans.
const stagger = 2 * time.Second

// simulation advances a tenant's scans and runs as time passes.
type simulation struct {
	tenant *sandbox.Tenant
	scans  map[string]dwell // by endpoint ID
	runs   map[int64]dwell
}

// dwell is a state and when the simulation first saw it.
type dwell struct {
	state string
	since time.Time
}

// newSimulation adds endpoints and runs to the tenant, and returns the simulation that advances them.
func newSimulation(tenant *sandbox.Tenant, now time.Time) *simulation {
	for _, e := range []sandbox.Endpoint{
		{Hostname: "laptop-17", Platform: "windows", Group: "sales", Username: "ada", ScanStatus: "in_progress", IPs: []string{"10.1.0.17"}},
		{Hostname: "laptop-18", Platform: "windows", Group: "sales", Username: "grace", ScanStatus: "pending", IPs: []string{"10.1.0.18"}},
		{Hostname: "laptop-19", Platform: "macos", Group: "design", Username: "joan", ScanStatus: "in_progress", IPs: []string{"10.1.0.19"}},
		{Hostname: "phone-4", Platform: "android", Group: "sales", Username: "ada", ScanStatus: "none", IPs: []string{"10.1.9.4"}},
		{Hostname: "build-3", Platform: "linux", Group: "ci", Distribution: "debian", ScanStatus: "in_progress", IPs: []string{"10.2.0.3"}},
		{Hostname: "db-1", Platform: "linux", Group: "servers", Distribution: "debian", ScanStatus: "success", IPs: []string{"10.2.1.1", "fd00::21:1"}},
		{Hostname: "kiosk-2", Platform: "windows", Group: "lobby", ScanStatus: "none", Isolated: true, IPs: []string{"10.3.0.2"}},
	} {
		e.FirstSeen, e.LastSeen = now.AddDate(0, -3, 0), now
		tenant.AddEndpoint(e)
	}
	tenant.AddScanRun(789, "Running") // the example in the OpenAPI document
	tenant.AddScanRun(790, "Pending")
	tenant.AddScanRun(791, "Completed")
	sim := &simulation{tenant: tenant, scans: map[string]dwell{}, runs: map[int64]dwell{}}
	sim.step(now)
	return sim
}

func (sim *simulation) run(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			sim.step(now)
		case <-ctx.Done():
			return
		}
	}
}

// step advances each scan and run that has been in its state long enough. A scan or run whose state has no step does not change.
func (sim *simulation) step(now time.Time) {
	for i, e := range sim.tenant.Endpoints() {
		if to, due := next(sim.scans, scanSteps, e.ID, e.ScanStatus, i, now); due {
			sim.tenant.MoveScan(e.ID, e.ScanStatus, to)
		}
	}
	for i, r := range sim.tenant.Runs() {
		if to, due := next(sim.runs, runSteps, r.ID, r.State, i, now); due {
			sim.tenant.AddScanRun(r.ID, to)
		}
	}
}

func next[ID comparable](dwells map[ID]dwell, steps map[string]step, id ID, state string, i int, now time.Time) (string, bool) {
	s, known := steps[state]
	if dwells[id].state != state {
		dwells[id] = dwell{state, now}
	}
	return s.to, known && now.Sub(dwells[id].since) >= s.after+time.Duration(i)*stagger
}
