package faults_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
)

// entry is one request as it arrived.
type entry struct{ method, target, body, nonce, timestamp, signature string }

// ledger records the requests that arrived, in their order.
type ledger struct {
	mu      sync.Mutex
	entries []entry
}

// note records r, body included, and returns how many there are now.
func (l *ledger) note(r *http.Request) int {
	e := entry{
		method: r.Method, target: r.URL.RequestURI(),
		nonce: r.Header.Get("x-xdr-nonce"), timestamp: r.Header.Get("x-xdr-timestamp"), signature: r.Header.Get("Authorization"),
	}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		e.body = string(body)
		if err != nil {
			e.body += " and then " + err.Error()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	return len(l.entries)
}

func (l *ledger) all() []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries)
}

func (l *ledger) count() int { return len(l.all()) }

// unsigned says which requests have a nonce that occurred before, or a signature that does not fit.
func (l *ledger) unsigned() (faults []string) {
	seen := map[string]bool{}
	for i, e := range l.all() {
		sum := sha256.Sum256([]byte(secretKey + e.nonce + e.timestamp))
		if e.signature != hex.EncodeToString(sum[:]) {
			faults = append(faults, fmt.Sprintf("request %d: the signature does not belong to nonce and timestamp", i+1))
		}
		if len(e.nonce) != 64 || seen[e.nonce] {
			faults = append(faults, fmt.Sprintf("request %d: nonce %q is not a fresh one of 64 characters", i+1, e.nonce))
		}
		seen[e.nonce] = true
	}
	return faults
}

func (l *ledger) wantSigned(t testing.TB) {
	t.Helper()
	for _, fault := range l.unsigned() {
		t.Error(fault)
	}
}

// wantFresh is wantSigned for the attempts of one call, or of calls alike: timestamps do not go backwards, and
// the requests differ in nothing else.
func (l *ledger) wantFresh(t testing.TB) {
	t.Helper()
	l.wantSigned(t)
	last := int64(0)
	for i, e := range l.all() {
		at, err := strconv.ParseInt(e.timestamp, 10, 64)
		if err != nil || at < last {
			t.Errorf("request %d: timestamp %q, after %d", i+1, e.timestamp, last)
		}
		last = at
		first := l.all()[0]
		if e.method != first.method || e.target != first.target || e.body != first.body {
			t.Errorf("request %d is %s %s %q, the first was %s %s %q", i+1, e.method, e.target, e.body, first.method, first.target, first.body)
		}
		if (e.method == http.MethodPost) != (e.body != "") {
			t.Errorf("request %d: %s with the body %q", i+1, e.method, e.body)
		}
	}
}
