package sandbox_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
)

var (
	someNonce     = strings.Repeat("aZ09", 16)
	someSignature = strings.Repeat("0af9", 16)
)

func TestCredentialsMustBeWellFormed(t *testing.T) {
	signed := func(nonce, timestamp, authorization string) []string {
		return []string{"X-Xdr-Auth-Id", "1", "X-Xdr-Nonce", nonce, "X-Xdr-Timestamp", timestamp, "Authorization", authorization}
	}
	for _, c := range []struct {
		name   string
		header []string
		wrong  string // the header with a problem; "": the request is accepted
		reason string // part of it
	}{
		{"standard", []string{"X-Xdr-Auth-Id", "1", "Authorization", "key"}, "", ""},
		{"signed", signed(someNonce, "1584983036945", someSignature), "", ""},
		{"nothing", nil, "X-Xdr-Auth-Id", "is required"},
		{"two ids", []string{"X-Xdr-Auth-Id", "1", "X-Xdr-Auth-Id", "2", "Authorization", "key"}, "X-Xdr-Auth-Id", "more than once"},
		{"no authorization", []string{"X-Xdr-Auth-Id", "1"}, "Authorization", "is required"},
		{"nonce alone", signed(someNonce, "", someSignature), "X-Xdr-Timestamp", "is required"},
		{"timestamp alone", signed("", "1", someSignature), "X-Xdr-Nonce", "is required"},
		{"short nonce", signed(someNonce[1:], "1", someSignature), "X-Xdr-Nonce", "64 characters"},
		{"punctuation in nonce", signed(someNonce[:31]+"-"+someNonce[32:], "1", someSignature), "X-Xdr-Nonce", "64 characters"},
		{"timestamp in words", signed(someNonce, "now", someSignature), "X-Xdr-Timestamp", "milliseconds"},
		{"short signature", signed(someNonce, "1", someSignature[1:]), "Authorization", "not a signature"},
		{"upper-case signature", signed(someNonce, "1", strings.ToUpper(someSignature)), "Authorization", "not a signature"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := sandbox.New()
			tenant.AddScanRun(1)
			r := statusRequest(1)
			r.Header = http.Header{"User-Agent": {"test"}}
			for i := 0; i < len(c.header); i += 2 {
				r.Header.Add(c.header[i], c.header[i+1])
			}
			wantAuthentication(t, tenant, r, c.wrong, c.reason)
		})
	}
}

// wantAuthentication sends a request. Its first problem must be with the header wrong ("": any), for a reason that
// contains reason. If reason is "", the request must be accepted.
func wantAuthentication(t *testing.T, tenant *sandbox.Tenant, r *http.Request, wrong, reason string) {
	t.Helper()
	w := send(tenant, r)
	problems := lastCall(t, tenant).Problems
	if reason == "" {
		if wantStatus(t, w, http.StatusOK); len(problems) > 0 {
			t.Errorf("problems of a valid request: %v", problems)
		}
		return
	}
	wantResponse(t, w, http.StatusUnauthorized, unauthorizedBody)
	if len(problems) == 0 || problems[0].In != "header" || wrong != "" && problems[0].Name != wrong || !strings.Contains(problems[0].Reason, reason) {
		t.Errorf("problems %v, want the header %s, %q", problems, wrong, reason)
	}
}

func TestKeysAreVerified(t *testing.T) {
	now := time.UnixMilli(1584983036945)
	tenant := sandbox.New(
		sandbox.WithClock(func() time.Time { return now }),
		sandbox.WithKey("1", "standardKey", sandbox.Standard),
		sandbox.WithKey(" 2 ", " testApiKey\n", sandbox.Advanced),
		sandbox.WithKey("3", "otherKey", sandbox.Advanced),
		sandbox.WithKey("4", " ", sandbox.Standard),
		sandbox.WithKey("6", "key", sandbox.KeyKind(7)),
		sandbox.WithKey("8", "before", sandbox.Standard),
		sandbox.WithKey("8", "after", sandbox.Standard),
	)
	tenant.AddScanRun(1)
	standard := func(id, key string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("X-Xdr-Auth-Id", id); r.Header.Set("Authorization", key) }
	}
	advanced := func(id, key string, at time.Time) func(*http.Request) {
		return func(r *http.Request) { sign(r, id, key, newNonce(), at) }
	}
	const skew = 5 * time.Minute
	for _, c := range []struct {
		name   string
		sign   func(*http.Request)
		reason string // part of it; "": the request is accepted
	}{
		{"standard", standard("1", "standardKey"), ""},
		{"wrong key", standard("1", "standardKez"), "not the key"},
		{"unknown id", standard("9", "standardKey"), "not the ID of a key"},
		{"replaced key", standard("8", "before"), "not the key"},
		{"empty key configured, sent blank", standard("4", " "), "empty"},
		{"unknown kind configured", standard("6", "key"), "unknown kind"},
		{"advanced", advanced("2", "testApiKey", now), ""},
		{"advanced with the key of another id", advanced("2", "otherKey", now), "not the signature of key, nonce and timestamp"},
		{"advanced key sent unsigned", standard("2", "testApiKey"), "key with this ID is Advanced"},
		{"standard key used to sign", advanced("1", "standardKey", now), "key with this ID is Standard"},
		{"5 minutes late", advanced("2", "testApiKey", now.Add(-skew)), ""},
		{"5 minutes early", advanced("2", "testApiKey", now.Add(skew)), ""},
		{"more than 5 minutes late", advanced("2", "testApiKey", now.Add(-skew-time.Millisecond)), "from the tenant's clock"},
		{"more than 5 minutes early", advanced("2", "testApiKey", now.Add(skew+time.Millisecond)), "from the tenant's clock"},
		{"the published example", func(r *http.Request) {
			r.Header.Set("X-Xdr-Auth-Id", "2")
			r.Header.Set("X-Xdr-Nonce", "b5834c137a825cc6c80111f237e1c5f8dedeef5df9dcd4c7f1dc73f180c89b47")
			r.Header.Set("X-Xdr-Timestamp", "1584983036945")
			r.Header.Set("Authorization", "8eb5e56a1656a35c9d187762d945339455b5382e11d779c458a63c652e1e79e9")
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := statusRequest(1)
			c.sign(r)
			wantAuthentication(t, tenant, r, "", c.reason)
		})
	}
}

func TestNonceIsValidForOneRequest(t *testing.T) {
	start := time.UnixMilli(1584983036945)
	now := start
	tenant := sandbox.New(sandbox.WithKey("1", "secretKey", sandbox.Advanced), sandbox.WithClock(func() time.Time { return now }))
	tenant.AddScanRun(1)
	nonce := newNonce()
	for _, c := range []struct {
		name    string
		key     string
		now, at time.Duration // the tenant's clock, and the timestamp
		want    int
	}{
		{"a bad signature does not use up the nonce", "otherKey", 0, 0, 401},
		{"a bad timestamp does not use up the nonce", "secretKey", 0, 6 * time.Minute, 401},
		{"first use", "secretKey", 0, 5 * time.Minute, 200},
		{"reused at once", "secretKey", 0, 5 * time.Minute, 401},
		{"reused with another timestamp", "secretKey", 0, 0, 401},
		{"reused while its timestamp is accepted", "secretKey", 10 * time.Minute, 5 * time.Minute, 401},
		{"reused after it is forgotten", "secretKey", 20 * time.Minute, 20 * time.Minute, 200},
		{"its first timestamp is too old", "secretKey", 20 * time.Minute, 5 * time.Minute, 401},
	} {
		now = start.Add(c.now)
		if got := send(tenant, sign(statusRequest(1), "1", c.key, nonce, start.Add(c.at))).Code; got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}

	var accepted atomic.Int32
	var wg sync.WaitGroup
	nonce = newNonce()
	for range 32 {
		wg.Go(func() {
			if send(tenant, sign(statusRequest(1), "1", "secretKey", nonce, now)).Code == http.StatusOK {
				accepted.Add(1)
			}
		})
	}
	if wg.Wait(); accepted.Load() != 1 {
		t.Errorf("%d concurrent requests with one nonce were accepted, want 1", accepted.Load())
	}
}
