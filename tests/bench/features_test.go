package bench_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// A contestant that omitted part of the request would have an unfair advantage.
func TestContestantsSendTheSameRequest(t *testing.T) {
	for _, k := range cases {
		var first string // hand's request
		for _, c := range contestants {
			if k.code != 200 && c.name == "bare" {
				continue
			}
			t.Run(k.name+"/"+c.name, func(t *testing.T) {
				sent := 0
				caller := c.new(tenant, roundTripper(func(r *http.Request) (*http.Response, error) {
					sent++
					if c.signs {
						wantFeatures(t, r)
					}
					var body []byte
					if r.Body != nil {
						body, _ = io.ReadAll(r.Body)
					}
					request := fmt.Sprint(r.Method, r.URL.Path, r.URL.Query(), string(body))
					if first == "" {
						first = request
					}
					if request != first || len(body) > 0 && r.Header.Get("Content-Type") != "application/json" {
						t.Errorf("got %.100s with headers %v, want %.100s", request, r.Header, first)
					}
					return k.roundTrip(r)
				}))
				if err := k.run(t.Context(), caller); err != nil || sent != 1 {
					t.Errorf("got %d requests, want 1, %v", sent, err)
				}
			})
		}
	}
}

// wantFeatures checks the headers, including the signature, and that the request has a deadline.
func wantFeatures(t *testing.T, r *http.Request) {
	t.Helper()
	h := r.Header
	sum := sha256.Sum256([]byte(key + h.Get("x-xdr-nonce") + h.Get("x-xdr-timestamp")))
	_, bounded := r.Context().Deadline()
	if h.Get("Authorization") != hex.EncodeToString(sum[:]) || h.Get("x-xdr-auth-id") != keyID || len(h.Get("x-xdr-nonce")) != 64 ||
		h.Get("User-Agent") == "" || h.Get("Accept") != "application/json" || !bounded {
		t.Errorf("got headers %v, deadline %v", h, bounded)
	}
}

// The count includes the allocations of the in-memory response.
func TestStatusCallMakesFewAllocations(t *testing.T) {
	ours := contestants[5]
	call := setUp(t, ours, cases[0], false)
	got := testing.AllocsPerRun(200, func() {
		if err := call(); err != nil {
			t.Error(err)
		}
	})
	if ours.name != "ours" || got > 68 {
		t.Errorf("got %v allocations for a status call of %s, want at most 68", got, ours.name)
	}
}
