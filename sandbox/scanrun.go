package sandbox

import (
	"cmp"
	"context"
	"slices"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/gen/server"
)

// Run is a scan run as it stands.
type Run struct {
	ID     int64
	State  string   // what the next status call answers
	States []string // all of its states, in order, those behind it included
}

type run struct {
	states []string
	at     int
}

// AddScanRun adds a scan run, or restarts the one with this ID. Each status call answers one state and moves on to the next;
// the last one stays. States are words such as "Pending", "Running" or "Completed"; any text is accepted, because the
// service publishes none but "Running". Default: "Running".
func (t *Tenant) AddScanRun(id int64, states ...string) {
	if len(states) == 0 {
		states = []string{"Running"}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.runs[id] = &run{states: slices.Clone(states)}
}

// Runs returns copies of the scan runs as they are now, by ascending ID. It moves none of them on.
func (t *Tenant) Runs() []Run {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]Run, 0, len(t.runs))
	for id, r := range t.runs {
		list = append(list, Run{ID: id, State: r.states[r.at], States: slices.Clone(r.states)})
	}
	slices.SortFunc(list, func(a, b Run) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// GetScanRunStatus ignores the fields that are asked for: only status is published.
func (o operations) GetScanRunStatus(_ context.Context, request server.GetScanRunStatusRequestObject) (server.GetScanRunStatusResponseObject, error) {
	state, ok := o.nextState(request.Params.ID)
	if !ok {
		return server.GetScanRunStatus404JSONResponse{NetscanNotFoundJSONResponse: server.NetscanNotFoundJSONResponse{
			ErrMsg: "Run ID not found",
			Metadata: gen.NetscanErrorMetadata{
				ErrExtra: gen.ErrorDetails{{Field: "id", Message: "no scan run has this ID"}},
			},
		}}, nil
	}
	return server.GetScanRunStatus200JSONResponse{DATA: "Scan is in " + state + " state"}, nil
}

func (t *Tenant) nextState(id int64) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.runs[id]
	if !ok {
		return "", false
	}
	state := r.states[r.at]
	r.at = min(r.at+1, len(r.states)-1)
	return state, true
}
