package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
)

func header(pairs ...string) http.Header {
	h := http.Header{"User-Agent": {"test"}}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

var (
	someNonce     = strings.Repeat("aZ09", 16)
	someSignature = strings.Repeat("0af9", 16)
)

func TestWellFormedCredentials(t *testing.T) {
	signed := func(nonce, timestamp, authorization string) http.Header {
		return header("X-Xdr-Auth-Id", "1", "X-Xdr-Nonce", nonce, "X-Xdr-Timestamp", timestamp, "Authorization", authorization)
	}
	for _, c := range []struct {
		name   string
		header http.Header
		wrong  string // the header that the record blames; "": the request passes
	}{
		{"standard", header("X-Xdr-Auth-Id", "1", "Authorization", "key"), ""},
		{"signed", signed(someNonce, "1584983036945", someSignature), ""},
		{"signed long ago", signed(someNonce, "1", someSignature), ""},
		{"nothing", header(), "X-Xdr-Auth-Id"},
		{"no id", header("Authorization", "key"), "X-Xdr-Auth-Id"},
		{"empty id", header("X-Xdr-Auth-Id", "", "Authorization", "key"), "X-Xdr-Auth-Id"},
		{"two ids", header("X-Xdr-Auth-Id", "1", "X-Xdr-Auth-Id", "2", "Authorization", "key"), "X-Xdr-Auth-Id"},
		{"no authorization", header("X-Xdr-Auth-Id", "1"), "Authorization"},
		{"empty authorization", header("X-Xdr-Auth-Id", "1", "Authorization", ""), "Authorization"},
		{"two authorizations", header("X-Xdr-Auth-Id", "1", "Authorization", "a", "Authorization", "b"), "Authorization"},
		{"nonce alone", header("X-Xdr-Auth-Id", "1", "Authorization", someSignature, "X-Xdr-Nonce", someNonce), "X-Xdr-Timestamp"},
		{"timestamp alone", header("X-Xdr-Auth-Id", "1", "Authorization", someSignature, "X-Xdr-Timestamp", "1"), "X-Xdr-Nonce"},
		{"two nonces", header("X-Xdr-Auth-Id", "1", "Authorization", someSignature, "X-Xdr-Timestamp", "1",
			"X-Xdr-Nonce", someNonce, "X-Xdr-Nonce", someNonce), "X-Xdr-Nonce"},
		{"short nonce", signed(someNonce[1:], "1", someSignature), "X-Xdr-Nonce"},
		{"long nonce", signed(someNonce+"a", "1", someSignature), "X-Xdr-Nonce"},
		{"punctuation in nonce", signed(someNonce[:31]+"-"+someNonce[32:], "1", someSignature), "X-Xdr-Nonce"},
		{"timestamp of words", signed(someNonce, "now", someSignature), "X-Xdr-Timestamp"},
		{"timestamp with a fraction", signed(someNonce, "1584983036.945", someSignature), "X-Xdr-Timestamp"},
		{"timestamp past int64", signed(someNonce, "99999999999999999999", someSignature), "X-Xdr-Timestamp"},
		{"key where a signature belongs", signed(someNonce, "1", "key"), "Authorization"},
		{"short signature", signed(someNonce, "1", someSignature[1:]), "Authorization"},
		{"upper-case signature", signed(someNonce, "1", strings.ToUpper(someSignature)), "Authorization"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := sandbox.New()
			tenant.AddScanRun(1)
			r := statusRequest(1)
			r.Header = c.header
			w := send(tenant, r)
			problems := lastCall(t, tenant).Problems
			if c.wrong == "" {
				wantStatus(t, w, http.StatusOK)
				if len(problems) > 0 {
					t.Errorf("problems of a good request: %v", problems)
				}
				return
			}
			wantResponse(t, w, http.StatusUnauthorized, unauthorizedBody)
			if len(problems) == 0 || problems[0].In != "header" || problems[0].Name != c.wrong || problems[0].Reason == "" {
				t.Fatalf("problems %v, want one of header %s first", problems, c.wrong)
			}
			if twice := strings.HasPrefix(c.name, "two "); twice != strings.Contains(problems[0].Reason, "more than once") {
				t.Errorf("the reason is %q", problems[0].Reason)
			}
		})
	}
}

func TestVerifiedCredentials(t *testing.T) {
	now := time.UnixMilli(1584983036945)
	tenant := sandbox.New(
		sandbox.WithClock(func() time.Time { return now }),
		sandbox.WithKey("1", "standardKey", sandbox.Standard),
		sandbox.WithKey(" 2 ", " testApiKey\n", sandbox.Advanced),
		sandbox.WithKey("3", "otherKey", sandbox.Advanced),
		sandbox.WithKey("4", " ", sandbox.Standard),
		sandbox.WithKey("5", "", sandbox.Advanced),
		sandbox.WithKey("6", "key", sandbox.KeyKind(7)),
		sandbox.WithKey("8", "before", sandbox.Standard),
		sandbox.WithKey("8", "after", sandbox.Standard),
	)
	tenant.AddScanRun(1)
	standard := func(id, key string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("X-Xdr-Auth-Id", id); r.Header.Set("Authorization", key) }
	}
	advanced := func(id, key string, off time.Duration) func(*http.Request) {
		return func(r *http.Request) { sign(r, id, key, newNonce(), now.Add(off)) }
	}
	for _, c := range []struct {
		name  string
		sign  func(*http.Request)
		wrong string // part of the reason; "": the request passes
	}{
		{"standard", standard("1", "standardKey"), ""},
		{"wrong key", standard("1", "standardKez"), "not the key"},
		{"key cut short", standard("1", "standardKe"), "not the key"},
		{"unknown id", standard("9", "standardKey"), "not the ID of a key"},
		{"key of another id", standard("1", "testApiKey"), "not the key"},
		{"replaced key", standard("8", "before"), "not the key"},
		{"replacing key", standard("8", "after"), ""},
		{"empty key configured, sent blank", standard("4", " "), "empty"},
		{"empty key configured, signed", advanced("5", "", 0), "empty"},
		{"unknown kind configured", standard("6", "key"), "unknown kind"},
		{"advanced", advanced("2", "testApiKey", 0), ""},
		{"advanced, second key", advanced("3", "otherKey", 0), ""},
		{"advanced with the key of another id", advanced("2", "otherKey", 0), "not the signature of key, nonce and timestamp"},
		{"advanced key sent as it is", standard("2", "testApiKey"), "key with this ID is Advanced"},
		{"standard key used to sign", advanced("1", "standardKey", 0), "key with this ID is Standard"},
		{"5 minutes late", advanced("2", "testApiKey", -5*time.Minute), ""},
		{"5 minutes early", advanced("2", "testApiKey", 5*time.Minute), ""},
		{"more than 5 minutes late", advanced("2", "testApiKey", -5*time.Minute-time.Millisecond), "off the tenant's clock"},
		{"more than 5 minutes early", advanced("2", "testApiKey", 5*time.Minute+time.Millisecond), "off the tenant's clock"},
		{"seconds for milliseconds", func(r *http.Request) {
			sign(r, "2", "testApiKey", newNonce(), time.UnixMilli(now.Unix()))
		}, "milliseconds"},
		{"end of time", func(r *http.Request) {
			sign(r, "2", "testApiKey", newNonce(), time.UnixMilli(1<<63-1))
		}, "off the tenant's clock"},
		{"the published example", func(r *http.Request) {
			r.Header.Set("X-Xdr-Auth-Id", "2")
			r.Header.Set("X-Xdr-Nonce", "b5834c137a825cc6c80111f237e1c5f8dedeef5df9dcd4c7f1dc73f180c89b47")
			r.Header.Set("X-Xdr-Timestamp", "1584983036945")
			r.Header.Set("Authorization", "8eb5e56a1656a35c9d187762d945339455b5382e11d779c458a63c652e1e79e9")
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range []*http.Request{statusRequest(1), abortRequest(`"all"`)} {
				if c.wrong == "" && r.Method == http.MethodPost {
					continue // it has its nonce used up
				}
				c.sign(r)
				w := send(tenant, r)
				problems := lastCall(t, tenant).Problems
				if c.wrong == "" {
					wantStatus(t, w, http.StatusOK)
					continue
				}
				wantResponse(t, w, http.StatusUnauthorized, unauthorizedBody)
				if len(problems) != 1 || !strings.Contains(problems[0].Reason, c.wrong) {
					t.Errorf("problems %v, want one that says %q", problems, c.wrong)
				}
			}
		})
	}
}

func TestNonceIsGoodForOneRequest(t *testing.T) {
	start := time.UnixMilli(1584983036945)
	now := start
	tenant := sandbox.New(sandbox.WithKey("1", "secretKey", sandbox.Advanced), sandbox.WithClock(func() time.Time { return now }))
	tenant.AddScanRun(1)
	nonce := newNonce()
	try := func(key string, at time.Time) int {
		return send(tenant, sign(statusRequest(1), "1", key, nonce, at)).Code
	}

	for _, c := range []struct {
		name string
		key  string
		now  time.Time // the tenant's clock
		at   time.Time // the timestamp
		want int
	}{
		{"a bad signature does not use it up", "otherKey", start, start, 401},
		{"nor does one too far off", "secretKey", start, start.Add(6 * time.Minute), 401},
		{"first use", "secretKey", start, start.Add(5 * time.Minute), 200},
		{"the same again", "secretKey", start, start.Add(5 * time.Minute), 401},
		{"with another timestamp", "secretKey", start, start, 401},
		{"as long as its timestamp passes", "secretKey", start.Add(10 * time.Minute), start.Add(5 * time.Minute), 401},
		{"it is forgotten later", "secretKey", start.Add(20 * time.Minute), start.Add(20 * time.Minute), 200},
		{"its old timestamp does not pass then", "secretKey", start.Add(20 * time.Minute), start.Add(5 * time.Minute), 401},
	} {
		now = c.now
		if got := try(c.key, c.at); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}

func TestOneOfManyEqualRequestsPasses(t *testing.T) {
	tenant := sandbox.New(sandbox.WithKey("1", "secretKey", sandbox.Advanced))
	tenant.AddScanRun(1)
	nonce, at := newNonce(), time.Now()
	var passed atomic.Int32
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if send(tenant, sign(statusRequest(1), "1", "secretKey", nonce, at)).Code == http.StatusOK {
				passed.Add(1)
			}
		})
	}
	wg.Wait()
	if passed.Load() != 1 {
		t.Errorf("%d requests with one nonce passed, want 1", passed.Load())
	}
}

func TestKeysStayUnprinted(t *testing.T) {
	tenant := sandbox.New(sandbox.WithKey("1", "secretMarker", sandbox.Advanced))
	send(tenant, sign(statusRequest(1), "1", "secretMarker", newNonce(), time.Now()))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if strings.Contains(fmt.Sprintf(verb, tenant), "secretMarker") {
			t.Errorf("%s prints the key", verb)
		}
	}
}
