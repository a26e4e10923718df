package sandbox

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Endpoint is a computer of the tenant. The comment on each field begins with the name of the corresponding filter
// field.
type Endpoint struct {
	ID           string // endpoint_id_list; if empty, AddEndpoint assigns an ID
	Hostname     string // hostname, compared without regard to case
	Alias        string // alias
	Group        string // group_name
	Distribution string // dist_name
	Username     string // username
	Platform     string // platform: windows, linux, macos, android or any other
	ScanStatus   string // scan_status: none, pending, in_progress, aborted, …; if empty, AddEndpoint sets it to none

	Isolated bool     // isolate: isolated or unisolated
	IPs      []string // ip_list; a string that is not an IP address never matches

	FirstSeen time.Time // first_seen, compared in milliseconds; the zero time never matches
	LastSeen  time.Time // last_seen, compared like first_seen
}

// An abort changes pending and in_progress to aborted.
const (
	scanNone       = "none"
	scanPending    = "pending"
	scanInProgress = "in_progress"
	scanAborted    = "aborted"
)

func (e *Endpoint) clone() Endpoint {
	c := *e
	c.IPs = slices.Clone(e.IPs)
	return c
}

// endpoints contains the endpoints of a tenant.
type endpoints struct {
	mu         sync.Mutex
	all        []*Endpoint
	unnamed    int   // number of endpoints added without an ID
	lastAction int64 // action ID of the last abort
}

func (es *endpoints) add(e Endpoint) {
	e = e.clone() // the caller may change e.IPs later
	if e.ScanStatus == "" {
		e.ScanStatus = scanNone
	}
	es.mu.Lock()
	defer es.mu.Unlock()
	for e.ID == "" {
		es.unnamed++
		if id := fmt.Sprintf("endpoint-%d", es.unnamed); es.index(id) < 0 {
			e.ID = id
		}
	}
	if i := es.index(e.ID); i >= 0 {
		es.all[i] = &e
		return
	}
	es.all = append(es.all, &e)
}

func (es *endpoints) index(id string) int {
	return slices.IndexFunc(es.all, func(e *Endpoint) bool { return e.ID == id })
}

func (es *endpoints) list() []Endpoint {
	es.mu.Lock()
	defer es.mu.Unlock()
	list := make([]Endpoint, 0, len(es.all))
	for _, e := range es.all {
		list = append(list, e.clone())
	}
	return list
}

func (es *endpoints) move(id, from, to string) bool {
	es.mu.Lock()
	defer es.mu.Unlock()
	i := es.index(id)
	if i < 0 || es.all[i].ScanStatus != from {
		return false
	}
	es.all[i].ScanStatus = to
	return true
}

// abort aborts the selected scans that are pending or in progress, and returns the action's ID.
func (es *endpoints) abort(selected selection) (action int64, result AbortResult) {
	es.mu.Lock()
	defer es.mu.Unlock()
	for _, e := range es.all {
		if !selected.matches(e) {
			continue
		}
		result.Selected++
		if e.ScanStatus == scanPending || e.ScanStatus == scanInProgress {
			e.ScanStatus = scanAborted
			result.Aborted++
		}
	}
	if result.Aborted > 0 {
		es.lastAction++
	}
	return es.lastAction, result
}
