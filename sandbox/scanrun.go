package sandbox

import (
	"cmp"
	"slices"
	"sync"
)

// Run is the state of a scan run.
type Run struct {
	ID     int64
	State  string   // the state that the next status call returns
	States []string // all of its states in order, past ones included
}

// runs contains the scan runs of a tenant.
type runs struct {
	mu   sync.Mutex
	byID map[int64]*run
}

type run struct {
	states []string
	at     int
}

func (all *runs) add(id int64, states []string) {
	if len(states) == 0 {
		states = []string{"Running"}
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	all.byID[id] = &run{states: slices.Clone(states)}
}

func (all *runs) list() []Run {
	all.mu.Lock()
	defer all.mu.Unlock()
	list := make([]Run, 0, len(all.byID))
	for id, r := range all.byID {
		list = append(list, Run{ID: id, State: r.states[r.at], States: slices.Clone(r.states)})
	}
	slices.SortFunc(list, func(a, b Run) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// next returns the state of a run, and advances the run to its next state.
func (all *runs) next(id int64) (string, bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	r, ok := all.byID[id]
	if !ok {
		return "", false
	}
	state := r.states[r.at]
	r.at = min(r.at+1, len(r.states)-1)
	return state, true
}
