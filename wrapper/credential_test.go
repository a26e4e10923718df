package wrapper_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

var nonceForm = regexp.MustCompile(`^[A-Za-z0-9]{64}$`)

// wantSigned checks that an Advanced key has just signed the request,
// with a nonce that is not in seen. It adds the nonce to seen.
func wantSigned(t *testing.T, h http.Header, seen map[string]bool) {
	t.Helper()
	nonce, timestamp := h.Get("X-Xdr-Nonce"), strconv.FormatInt(time.Now().UnixMilli(), 10)
	if !nonceForm.MatchString(nonce) || seen[nonce] {
		t.Errorf("got the nonce %q, want 64 new letters and digits", nonce)
	}
	seen[nonce] = true
	sum := sha256.Sum256([]byte(testKey + nonce + timestamp))
	for name, want := range map[string]string{"Authorization": hex.EncodeToString(sum[:]), "X-Xdr-Auth-Id": testKeyID, "X-Xdr-Timestamp": timestamp} {
		if got := h[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q, want %s", name, got, want)
		}
	}
}

func TestAdvancedKeySignsEveryAttemptAnew(t *testing.T) {
	for _, op := range operations {
		synctest.Test(t, func(t *testing.T) {
			nonces := map[string]bool{}
			c := clientWithKey(t, transport(func(r *http.Request) (*http.Response, error) {
				wantSigned(t, r.Header, nonces)
				return response(r, http.StatusTooManyRequests, "", "Retry-After", "1"), nil
			}), wrapper.AdvancedKey(testKeyID, testKey))
			wantKinds(t, op.call(t, t.Context(), c), "RateLimited")
			if len(nonces) != 3 {
				t.Errorf("%s: got %d nonces in three attempts, want 3", op.name, len(nonces))
			}
		})
	}
}

// An independent program computed this signature.
func TestSignatureKnownAnswer(t *testing.T) {
	const (
		nonce = "b5834c137a825cc6c80111f237e1c5f8dedeef5df9dcd4c7f1dc73f180c89b47"
		want  = "8eb5e56a1656a35c9d187762d945339455b5382e11d779c458a63c652e1e79e9"
	)
	if got := wrapper.Signature("testApiKey", nonce, "1584983036945"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Sign replaces the headers of an earlier signature, whatever the case of their names, and does not change an
// http.Header that several requests share. Only white space around the key and the ID is removed.
func TestSign(t *testing.T) {
	key := "a b"
	for c := '!'; c <= '~'; c++ {
		key += string(c)
	}
	shared := http.Header{"X-Own": {"1"}, "authorization": {"old"}, "X-Xdr-Nonce": {"old"}}
	r := &http.Request{Header: shared}
	if err := wrapper.StandardKey(" 17\n", "\u00a0"+key+"\r\n").Sign(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if want := (http.Header{"X-Own": {"1"}, "Authorization": {key}, "X-Xdr-Auth-Id": {testKeyID}}); !reflect.DeepEqual(r.Header, want) {
		t.Errorf("Sign set %v, want %v", r.Header, want)
	}
	//lint:ignore SA1008 the caller wrote the name like this
	if len(shared) != 3 || shared["authorization"][0] != "old" {
		t.Errorf("the shared header became %v", shared)
	}
	synctest.Test(t, func(t *testing.T) {
		nonces := map[string]bool{}
		for range 3 {
			if err := wrapper.AdvancedKey(testKeyID, testKey).Sign(t.Context(), r); err != nil || len(r.Header) != 5 {
				t.Errorf("Sign set %v, %v", r.Header, err)
			}
			wantSigned(t, r.Header, nonces)
		}
	})
	if r := new(http.Request); wrapper.StandardKey(testKeyID, testKey).Sign(t.Context(), r) != nil || r.Header.Get("Authorization") != testKey {
		t.Errorf("a request without a header: Sign set %v", r.Header)
	}
	up := httptest.NewRequest(http.MethodGet, "/v1/../stop", nil)
	if err := wrapper.StandardKey(testKeyID, testKey).Sign(t.Context(), up); err == nil || len(up.Header) != 0 {
		t.Errorf("a path with a dot segment: got %v, and Sign set %v", err, up.Header)
	}
	for _, cred := range []wrapper.Credential{{}, wrapper.StandardKey("17", testKey+"\nx")} {
		r := &http.Request{Header: http.Header{}}
		if err := cred.Sign(t.Context(), r); err == nil || strings.Contains(err.Error(), testKey) || len(r.Header) != 0 {
			t.Errorf("an invalid key: got %v, and Sign set %v", err, r.Header)
		}
	}
}
