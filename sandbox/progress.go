package sandbox

// MoveScan moves an endpoint's scan from one state to another, as the scan's own progress does. It is false, and
// nothing has changed, where no endpoint has this ID or its scan is not, or not any more, in the state from:
// an abort may have come first, and must not be undone.
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
