package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// A contestant that left out a part of the work would be quicker, and prove nothing. That each reads its answers
// is checked with every call; here is what an answer does not show.

// TestRequests: every contestant asks for the same, and those that sign do.
func TestRequests(t *testing.T) {
	for _, k := range Cases() {
		var first string // hand's body
		for _, c := range contestants(t) {
			if k.Fails && !c.Explains {
				continue
			}
			t.Run(k.Name+"/"+c.Name, func(t *testing.T) {
				sent := 0
				transport := roundTripper(func(r *http.Request) (*http.Response, error) {
					sent++
					body := checkRequest(t, c, r)
					if first == "" {
						first = body
					}
					if body != first {
						t.Errorf("sent %.100s, hand %.100s", body, first)
					}
					return k.response(r), nil
				})
				caller, err := c.New(tenant, transport)
				if err != nil {
					t.Fatal(err)
				}
				if err := k.Call(t.Context(), caller); err != nil || sent != 1 {
					t.Errorf("%d requests, %v", sent, err)
				}
			})
		}
	}
}

var nonceForm = regexp.MustCompile(`^[A-Za-z0-9]{64}$`)

// checkRequest returns method, query and body as one text.
func checkRequest(t *testing.T, c Contestant, r *http.Request) string {
	t.Helper()
	if c.Signs {
		nonce := r.Header.Get("x-xdr-nonce")
		sum := sha256.Sum256([]byte(key + nonce + r.Header.Get("x-xdr-timestamp")))
		if r.Header.Get("Authorization") != hex.EncodeToString(sum[:]) || r.Header.Get("x-xdr-auth-id") != keyID || !nonceForm.MatchString(nonce) {
			t.Errorf("the signature is wrong: %v", r.Header)
		}
		if _, bounded := r.Context().Deadline(); !bounded {
			t.Error("no timeout")
		}
		if r.Header.Get("User-Agent") == "" || r.Header.Get("Accept") != "application/json" {
			t.Errorf("headers %v", r.Header)
		}
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
		if r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", r.Header)
		}
	}
	return fmt.Sprint(r.Method, r.URL.Path, r.URL.Query(), string(body))
}

// TestDuties: those that sign also bound the answer, look at its status, and follow no redirect.
func TestDuties(t *testing.T) {
	good := Cases()[0]
	for _, c := range contestants(t) {
		if !c.Signs {
			continue
		}
		for _, tt := range []struct {
			name   string
			answer Case
		}{
			{"a success of 9 MB", Case{Status: 200, Body: grown(string(good.Body), 9<<20)}},
			{"another status", Case{Status: 404, Body: good.Body}},
			{"a redirect", Case{Status: 302, Body: good.Body}},
			{"no JSON", Case{Status: 200, Body: []byte("<html>")}},
			{"no DATA", Case{Status: 200, Body: []byte("{}")}},
		} {
			t.Run(c.Name+"/"+tt.name, func(t *testing.T) {
				sent := 0
				caller, err := c.New(tenant, roundTripper(func(r *http.Request) (*http.Response, error) {
					sent++
					res := tt.answer.response(r)
					res.ContentLength = -1
					if res.StatusCode == 302 {
						res.Header = http.Header{"Location": {"https://elsewhere.example/"}}
					}
					return res, nil
				}))
				if err != nil {
					t.Fatal(err)
				}
				if got, err := caller.Status(context.Background(), runID); err == nil || sent != 1 {
					t.Errorf("%d requests, status %q, no error", sent, strings.TrimSpace(got))
				}
			})
		}
	}
}
