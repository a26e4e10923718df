package faults_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
)

// content is the validated part of a request.
type content struct{ method, target, contentType, body string }

// contentOf returns the content of r, except the body.
func contentOf(r *http.Request) content {
	return content{method: r.Method, target: r.URL.RequestURI(), contentType: r.Header.Get("Content-Type")}
}

type entry struct {
	content
	nonce, timestamp, signature string
}

func newEntry(r *http.Request) entry {
	return entry{contentOf(r), r.Header.Get("x-xdr-nonce"), r.Header.Get("x-xdr-timestamp"), r.Header.Get("Authorization")}
}

type ledger struct {
	mu      sync.Mutex
	entries []entry
}

// add records a request and returns the number of requests so far.
func (l *ledger) add(e entry) int {
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

// unsigned describes each request with a wrong signature or a nonce that is not new.
func (l *ledger) unsigned() (faults []string) {
	seen := map[string]bool{}
	for i, e := range l.all() {
		sum := sha256.Sum256([]byte(secretKey + e.nonce + e.timestamp))
		if e.signature != hex.EncodeToString(sum[:]) {
			faults = append(faults, fmt.Sprintf("request %d: the signature does not match nonce and timestamp", i+1))
		}
		if len(e.nonce) != 64 || seen[e.nonce] {
			faults = append(faults, fmt.Sprintf("request %d: nonce %q was used before, or does not have 64 characters", i+1, e.nonce))
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

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
