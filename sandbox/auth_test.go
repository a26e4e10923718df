package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
)

func TestCredentialsAreChecked(t *testing.T) {
	now := time.UnixMilli(1584983036945)
	open := sandbox.New()
	keys := sandbox.New(
		sandbox.WithClock(func() time.Time { return now }),
		sandbox.WithKey("1", "standardKey", sandbox.Standard),
		sandbox.WithKey(" 2 ", " testApiKey\n", sandbox.Advanced),
		sandbox.WithKey("4", " ", sandbox.Standard),
		sandbox.WithKey("6", "key", sandbox.KeyKind(7)),
		sandbox.WithKey("8", "before", sandbox.Standard),
		sandbox.WithKey("8", "after", sandbox.Standard),
	)
	nonce, signature := strings.Repeat("aZ09", 16), strings.Repeat("0af9", 16)
	standard := func(id, key string) http.Header {
		return http.Header{"X-Xdr-Auth-Id": {id}, "Authorization": {key}}
	}
	signed := func(nonce, timestamp, authorization string) http.Header {
		return http.Header{"X-Xdr-Auth-Id": {"2"}, "X-Xdr-Nonce": {nonce}, "X-Xdr-Timestamp": {timestamp}, "Authorization": {authorization}}
	}
	advanced := func(id, key string, at time.Time) http.Header {
		return sign(httptest.NewRequest("GET", "/", nil), id, key, newNonce(), at).Header
	}
	const skew = 5 * time.Minute
	for _, c := range []struct {
		name   string
		tenant *sandbox.Tenant
		header http.Header
		want   string // the first problem: its header and a part of its reason; "" if the request is accepted
	}{
		{"standard, no keys", open, standard("1", "key"), ""},
		{"signed, no keys", open, signed(nonce, "1584983036945", signature), ""},
		{"no credentials", open, http.Header{}, "X-Xdr-Auth-Id is required"},
		{"two IDs", open, http.Header{"X-Xdr-Auth-Id": {"1", "2"}, "Authorization": {"key"}}, "X-Xdr-Auth-Id more than once"},
		{"no authorization", open, http.Header{"X-Xdr-Auth-Id": {"1"}}, "Authorization is required"},
		{"nonce alone", open, signed(nonce, "", signature), "X-Xdr-Timestamp is required"},
		{"timestamp alone", open, signed("", "1", signature), "X-Xdr-Nonce is required"},
		{"short nonce", open, signed(nonce[1:], "1", signature), "X-Xdr-Nonce 64 characters"},
		{"punctuation in nonce", open, signed(nonce[1:]+"-", "1", signature), "X-Xdr-Nonce 64 characters"},
		{"timestamp that is not a number", open, signed(nonce, "now", signature), "X-Xdr-Timestamp milliseconds"},
		{"short signature", open, signed(nonce, "1", signature[1:]), "Authorization not a signature"},
		{"upper-case signature", open, signed(nonce, "1", strings.ToUpper(signature)), "Authorization not a signature"},

		{"standard", keys, standard("1", "standardKey"), ""},
		{"wrong key", keys, standard("1", "standardKez"), "Authorization not the key"},
		{"unknown ID", keys, standard("9", "standardKey"), "X-Xdr-Auth-Id not the ID of one of this tenant's keys"},
		{"replaced key", keys, standard("8", "before"), "Authorization not the key"},
		{"empty key configured, sent blank", keys, standard("4", " "), "Authorization empty key"},
		{"unknown kind configured", keys, standard("6", "key"), "Authorization unknown kind"},
		{"advanced", keys, advanced("2", "testApiKey", now), ""},
		{"signed with another key", keys, advanced("2", "otherKey", now), "Authorization not the signature of the key, the nonce and the timestamp"},
		{"advanced key sent unsigned", keys, standard("2", "testApiKey"), "Authorization key with this ID is Advanced"},
		{"standard key used to sign", keys, advanced("1", "standardKey", now), "Authorization key with this ID is Standard"},
		{"5 minutes late", keys, advanced("2", "testApiKey", now.Add(-skew)), ""},
		{"5 minutes early", keys, advanced("2", "testApiKey", now.Add(skew)), ""},
		{"more than 5 minutes late", keys, advanced("2", "testApiKey", now.Add(-skew-time.Millisecond)), "X-Xdr-Timestamp from the tenant's clock"},
		{"more than 5 minutes early", keys, advanced("2", "testApiKey", now.Add(skew+time.Millisecond)), "X-Xdr-Timestamp from the tenant's clock"},
		{"the published example", keys, signed("b5834c137a825cc6c80111f237e1c5f8dedeef5df9dcd4c7f1dc73f180c89b47", "1584983036945",
			"8eb5e56a1656a35c9d187762d945339455b5382e11d779c458a63c652e1e79e9"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.tenant.AddScanRun(1)
			r := statusRequest(1)
			r.Header = c.header
			r.Header.Set("User-Agent", "test")
			w := send(c.tenant, r)
			problems := lastCall(t, c.tenant).Problems
			if c.want == "" {
				if w.Code != http.StatusOK || len(problems) > 0 {
					t.Errorf("got %d with problems %v, want 200 without problems", w.Code, problems)
				}
				return
			}
			wantResponse(t, w, http.StatusUnauthorized, unauthorizedBody)
			name, reason, _ := strings.Cut(c.want, " ")
			if len(problems) == 0 || problems[0].In != "header" || problems[0].Name != name || !strings.Contains(problems[0].Reason, reason) {
				t.Errorf("got problems %v, want the header %s, %q", problems, name, reason)
			}
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
		now, at time.Duration // the tenant's time and the request's timestamp, relative to start
		want    int           // 503 comes from a [sandbox.Failure]
	}{
		{"a bad signature does not use up the nonce", "otherKey", 0, 0, 401},
		{"a bad signature in a failed call does not use up the nonce", "otherKey", 0, 0, 503},
		{"a bad timestamp does not use up the nonce", "secretKey", 0, 6 * time.Minute, 401},
		{"a failed call uses up the nonce", "secretKey", 0, 5 * time.Minute, 503},
		{"reused immediately", "secretKey", 0, 5 * time.Minute, 401},
		{"reused with another timestamp", "secretKey", 0, 0, 401},
		{"reused while its timestamp is accepted", "secretKey", 10 * time.Minute, 5 * time.Minute, 401},
		{"reused after it is forgotten", "secretKey", 20 * time.Minute, 20 * time.Minute, 200},
		{"its first timestamp is too old", "secretKey", 20 * time.Minute, 5 * time.Minute, 401},
	} {
		now = start.Add(c.now)
		if c.want == 503 {
			tenant.Fail(sandbox.Failure{Status: 503})
		}
		got := send(tenant, sign(statusRequest(1), "1", c.key, nonce, start.Add(c.at))).Code
		problems := lastCall(t, tenant).Problems
		if got != c.want || (len(problems) > 0) != (c.want == 401 || c.key == "otherKey") {
			t.Errorf("%s: got %d with problems %v, want %d", c.name, got, problems, c.want)
		}
	}
}
