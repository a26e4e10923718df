package bench_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"testing"
)

// A contestant that skips part of the work would be faster. The calls check their results; these tests check the rest.

func TestContestantsSendTheSameRequest(t *testing.T) {
	for _, k := range cases {
		var first string // hand's
		for _, c := range contestants {
			if k.errors && c.name == "bare" {
				continue
			}
			t.Run(k.name+"/"+c.name, func(t *testing.T) {
				sent := 0
				caller := c.new(tenant, roundTripper(func(r *http.Request) (*http.Response, error) {
					sent++
					request := checkRequest(t, c, r)
					if first == "" {
						first = request
					}
					if request != first {
						t.Errorf("sent %.100s, want %.100s", request, first)
					}
					return k.response(r), nil
				}))
				if err := k.call(t.Context(), caller); err != nil || sent != 1 {
					t.Errorf("%d requests, %v", sent, err)
				}
			})
		}
	}
}

var nonceForm = regexp.MustCompile(`^[A-Za-z0-9]{64}$`)

// checkRequest returns method, path, query and body as one string.
func checkRequest(t *testing.T, c contestant, r *http.Request) string {
	t.Helper()
	if c.signs {
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

func TestContestantsThatSignAlsoCheckTheResponse(t *testing.T) {
	good := cases[0]
	for _, c := range contestants {
		if !c.signs {
			continue
		}
		for _, response := range []benchCase{
			{name: "a success of 9 MB", code: 200, body: padded(string(good.body), 9<<20)},
			{name: "another status", code: 404, body: good.body},
			{name: "a redirect", code: 302, body: good.body},
			{name: "HTML", code: 200, body: []byte("<html>")},
			{name: "no DATA", code: 200, body: []byte("{}")},
		} {
			t.Run(c.name+"/"+response.name, func(t *testing.T) {
				sent := 0
				caller := c.new(tenant, roundTripper(func(r *http.Request) (*http.Response, error) {
					sent++
					res := response.response(r)
					res.ContentLength = -1
					if res.StatusCode == 302 {
						res.Header = http.Header{"Location": {"https://elsewhere.example/"}}
					}
					return res, nil
				}))
				if got, err := caller.status(t.Context(), runID); err == nil || sent != 1 {
					t.Errorf("%d requests, status %.100q, no error", sent, got)
				}
			})
		}
	}
}

// The count includes the allocations of the response.
func TestStatusCallMakesFewAllocations(t *testing.T) {
	const limit = 68
	for _, c := range contestants {
		if c.name != "ours" {
			continue
		}
		call := setUp(t, c, cases[0], false)
		got := testing.AllocsPerRun(200, func() {
			if err := call(); err != nil {
				t.Error(err)
			}
		})
		if got > limit {
			t.Errorf("a signed status call makes %v allocations, want at most %d", got, limit)
		}
	}
}
