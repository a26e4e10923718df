package wrapper_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

// Only the space around the key is removed.
func TestStandardKeyIsSentAsItIs(t *testing.T) {
	key := "a b"
	for c := '!'; c <= '~'; c++ {
		key += string(c)
	}
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			rec := &recorder{next: transport(good)}
			c := clientWithKey(t, rec, wrapper.StandardKey(" 17\n", "\u00a0"+key+"\r\n"))
			if err := op.call(t, t.Context(), c); err != nil {
				t.Fatal(err)
			}
			h := rec.requests[0].Header
			for name, want := range map[string][]string{
				"Authorization": {key}, "X-Xdr-Auth-Id": {testKeyID}, "X-Xdr-Nonce": nil, "X-Xdr-Timestamp": nil,
			} {
				if got := h[name]; fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestAdvancedKeySignsEveryAttemptAnew(t *testing.T) {
	nonceForm := regexp.MustCompile(`^[A-Za-z0-9]{64}$`)
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var moments []time.Time
				rec := &recorder{next: transport(func(r *http.Request) (*http.Response, error) {
					moments = append(moments, time.Now())
					return response(r, http.StatusTooManyRequests, "", "Retry-After", "1"), nil
				})}
				c := clientWithKey(t, rec, wrapper.AdvancedKey(testKeyID, testKey))
				wantKinds(t, op.call(t, t.Context(), c), "RateLimited")
				seen := map[string]bool{}
				for i, r := range rec.requests {
					nonce, stamp := r.Header.Get("X-Xdr-Nonce"), r.Header.Get("X-Xdr-Timestamp")
					if !nonceForm.MatchString(nonce) || seen[nonce] {
						t.Errorf("attempt %d: nonce %q is not 64 new letters and digits", i+1, nonce)
					}
					seen[nonce] = true
					if want := strconv.FormatInt(moments[i].UnixMilli(), 10); stamp != want {
						t.Errorf("attempt %d: timestamp %s, want %s", i+1, stamp, want)
					}
					sum := sha256.Sum256([]byte(testKey + nonce + stamp))
					if got, want := r.Header["Authorization"], hex.EncodeToString(sum[:]); len(got) != 1 || got[0] != want {
						t.Errorf("attempt %d: Authorization %q, want %s", i+1, got, want)
					}
					if got := r.Header["X-Xdr-Auth-Id"]; len(got) != 1 || got[0] != testKeyID {
						t.Errorf("attempt %d: ID %q", i+1, got)
					}
				}
				if len(rec.requests) != 3 {
					t.Errorf("%d attempts, want 3", len(rec.requests))
				}
			})
		})
	}
}

func TestInvalidKeysAreRefused(t *testing.T) {
	const secret = "s3cr3t-KEY"
	for _, tt := range []struct{ name, id, key, want string }{
		{"no key", "17", "", "API key is empty"},
		{"blank key", "17", " \t\n\u00a0", "API key is empty"},
		{"no ID", "", secret, "ID is empty"},
		{"blank ID", " \n", secret, "ID is empty"},
		{"neither", "", "", "empty"},
		{"line break in the key", "17", secret + "\r\nx: " + secret, "an HTTP header cannot have"},
		{"NUL in the key", "17", secret + "\x00" + secret, "an HTTP header cannot have"},
		{"DEL in the key", "17", secret + "\x7f" + secret, "an HTTP header cannot have"},
		{"zero-width space in the key", "17", secret + "\u200b" + secret, "an HTTP header cannot have"},
		{"umlaut in the key", "17", secret + "ü", "an HTTP header cannot have"},
		{"invalid UTF-8 in the key", "17", secret + "\xff", "an HTTP header cannot have"},
		{"key in double quotes", "17", `"` + secret + `"`, "API key is in quotes"},
		{"key in single quotes", "17", " '" + secret + "' \n", "API key is in quotes"},
		{"key in backquotes", "17", "`" + secret + "`", "API key is in quotes"},
		{"ID in quotes", `"17"`, secret, "API key's ID is in quotes"},
		{"Bearer before the key", "17", "Bearer " + secret, `begins with "Bearer "`},
		{"bearer before the key", "17", "bearer  " + secret, `begins with "Bearer "`},
		{"byte order mark before the key", "17", "\ufeff" + secret, "API key begins with a byte order mark"},
		{"key in UTF-16", "17", "\xff\xfes\x003\x00", "API key is encoded in UTF-16"},
		{"key in UTF-16, the other way round", "17", "\xfe\xff\x00s\x003", "API key is encoded in UTF-16"},
		{"byte order mark before the ID", "\ufeff17", secret, "API key's ID begins with a byte order mark"},
		{"line break in the ID", secret + "\n1", "k", "an HTTP header cannot have"},
		{"control character in the ID", secret + "\x1b", "k", "an HTTP header cannot have"},
	} {
		for kind, cred := range map[string]wrapper.Credential{"standard": wrapper.StandardKey(tt.id, tt.key), "advanced": wrapper.AdvancedKey(tt.id, tt.key)} {
			t.Run(tt.name+"/"+kind, func(t *testing.T) {
				c, err := wrapper.New(testTenant, cred)
				if c != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("got %v, %v, want an error with %q", c, err, tt.want)
				}
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error repeats the key: %v", err)
				}
			})
		}
	}
}

// tests/security proves that a credential prints nothing else.
func TestCredentialPrintsItsTypeOnly(t *testing.T) {
	for _, tt := range []struct {
		name string
		cred wrapper.Credential
		want string
	}{
		{"standard", wrapper.StandardKey("17", testKey), "Credential(standard, hidden)"},
		{"advanced", wrapper.AdvancedKey("17", testKey), "Credential(advanced, hidden)"},
		{"zero", wrapper.Credential{}, "Credential(none)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw, err := json.Marshal(map[string]any{"c": tt.cred})
			if want := `{"c":"` + tt.want + `"}`; err != nil || string(raw) != want {
				t.Errorf("JSON %s, %v, want %s", raw, err, want)
			}
			var log bytes.Buffer
			slog.New(slog.NewTextHandler(&log, nil)).Info("x", "c", tt.cred)
			if !strings.Contains(log.String(), tt.want) {
				t.Errorf("log %s", &log)
			}
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				if got := fmt.Sprintf(verb, tt.cred); got != tt.want {
					t.Errorf("%s: %s, want %s", verb, got, tt.want)
				}
			}
			if got := tt.cred.String() + tt.cred.GoString(); got != tt.want+tt.want {
				t.Errorf("String and GoString: %s", got)
			}
		})
	}
}

// The signature was not made by this program. The nonce of a real request is random.
func TestSignatureKnownAnswer(t *testing.T) {
	const (
		nonce = "b5834c137a825cc6c80111f237e1c5f8dedeef5df9dcd4c7f1dc73f180c89b47"
		want  = "8eb5e56a1656a35c9d187762d945339455b5382e11d779c458a63c652e1e79e9"
	)
	if got := wrapper.Signature("testApiKey", nonce, "1584983036945"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Sign replaces the headers of an earlier signature, whatever their case, and does not change a shared header.
func TestSign(t *testing.T) {
	shared := http.Header{"X-Own": {"1"}, "authorization": {"old"}, "X-Xdr-Nonce": {"old"}}
	r := &http.Request{Header: shared}
	if err := wrapper.StandardKey(testKeyID, testKey).Sign(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if h := r.Header; len(h) != 3 || h.Get("Authorization") != testKey || h.Get("X-Xdr-Auth-Id") != testKeyID || h.Get("X-Own") != "1" {
		t.Errorf("signed %v", h)
	}
	//lint:ignore SA1008 the caller wrote the name like this
	if len(shared) != 3 || shared["authorization"][0] != "old" {
		t.Errorf("the header that other requests share became %v", shared)
	}
	nonces := map[string]bool{}
	for range 3 {
		if err := wrapper.AdvancedKey(testKeyID, testKey).Sign(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		h := r.Header
		sum := sha256.Sum256([]byte(testKey + h.Get("X-Xdr-Nonce") + h.Get("X-Xdr-Timestamp")))
		if h.Get("Authorization") != hex.EncodeToString(sum[:]) || h.Get("X-Xdr-Auth-Id") != testKeyID || len(h) != 5 {
			t.Errorf("signed %v", h)
		}
		nonces[h.Get("X-Xdr-Nonce")] = true
	}
	if len(nonces) != 3 {
		t.Errorf("%d nonces in three signatures", len(nonces))
	}
	if r := new(http.Request); wrapper.StandardKey(testKeyID, testKey).Sign(t.Context(), r) != nil || r.Header.Get("Authorization") != testKey {
		t.Errorf("a request without a header: %v", r.Header)
	}
	up := httptest.NewRequest(http.MethodGet, "/v1/../stop", nil)
	if err := wrapper.StandardKey(testKeyID, testKey).Sign(t.Context(), up); err == nil || len(up.Header) != 0 {
		t.Errorf("a path that leads to another one: %v, signed %v", err, up.Header)
	}
	for name, cred := range map[string]wrapper.Credential{"zero": {}, "no key": wrapper.AdvancedKey("17", ""), "a line break": wrapper.StandardKey("17", testKey+"\nx")} {
		r := &http.Request{Header: http.Header{}}
		if err := cred.Sign(t.Context(), r); err == nil || strings.Contains(err.Error(), testKey) || len(r.Header) != 0 {
			t.Errorf("%s: %v, signed %v", name, err, r.Header)
		}
	}
}
