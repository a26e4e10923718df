package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// Endpoint is a computer of the tenant. Each field names the filter that compares it.
type Endpoint struct {
	ID           string // endpoint_id_list; "" in AddEndpoint: the tenant gives one
	Hostname     string // hostname, the one name compared without regard to case
	Alias        string // alias
	Group        string // group_name
	Distribution string // dist_name
	Username     string // username
	Platform     string // platform: windows, linux, macos, android; any other is kept as it is
	ScanStatus   string // scan_status: none, pending, in_progress, aborted, …; "" in AddEndpoint: none

	Isolated bool     // isolate: isolated, or unisolated
	IPs      []string // ip_list; text that is no IP address is matched by nothing

	FirstSeen time.Time // first_seen, compared in milliseconds; the zero time is matched by nothing
	LastSeen  time.Time // last_seen, alike
}

// The scan states that an abort moves an endpoint from, and to.
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

// AddEndpoint adds an endpoint, or replaces the one with the same ID. Without an ID it gets one: endpoint-1, endpoint-2 and
// so on.
func (t *Tenant) AddEndpoint(e Endpoint) {
	e = e.clone() // the caller may go on using its list
	if e.ScanStatus == "" {
		e.ScanStatus = scanNone
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for e.ID == "" {
		t.unnamed++
		if id := fmt.Sprintf("endpoint-%d", t.unnamed); t.endpointAt(id) < 0 {
			e.ID = id
		}
	}
	if i := t.endpointAt(e.ID); i >= 0 {
		t.endpoints[i] = &e
		return
	}
	t.endpoints = append(t.endpoints, &e)
}

func (t *Tenant) endpointAt(id string) int {
	return slices.IndexFunc(t.endpoints, func(e *Endpoint) bool { return e.ID == id })
}

// Endpoints returns the endpoints as they are now, in the order in which they were added. They are copies.
func (t *Tenant) Endpoints() []Endpoint {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]Endpoint, 0, len(t.endpoints))
	for _, e := range t.endpoints {
		list = append(list, e.clone())
	}
	return list
}

// MoveScan moves an endpoint's scan from one state to another, as the scan's own progress does. It returns false and
// changes nothing if no endpoint has this ID, or if its scan is not, or no longer, in the state from: an abort may
// have come first, and must not be undone.
func (t *Tenant) MoveScan(id, from, to string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := t.endpointAt(id)
	if i < 0 || t.endpoints[i].ScanStatus != from {
		return false
	}
	t.endpoints[i].ScanStatus = to
	return true
}
