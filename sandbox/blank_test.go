package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"example.com/cortexscan/sandbox"
)

func TestCallsHideSecrets(t *testing.T) {
	const key = "secretMarker"
	tenant := sandbox.New(sandbox.WithKey("1", key, sandbox.Standard))
	r := httptest.NewRequest("POST", "/"+key+"?key="+key, strings.NewReader(key))
	r.Header = http.Header{
		"Authorization": {key, "Bearer otherMarker"}, "Proxy-Authorization": {"otherMarker"}, "Cookie": {"a=otherMarker"},
		"X-Xdr-Nonce": {"otherMarker"}, "X-Xdr-Auth-Id": {key}, "User-Agent": {"curl -H " + key},
	}
	send(tenant, r)
	call := lastCall(t, tenant)
	if s := fmt.Sprintf("%+v", call); strings.Contains(s, "Marker") {
		t.Errorf("a secret is in %s", s)
	}
	for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie", "X-Xdr-Nonce", "X-Xdr-Auth-Id"} {
		if got := call.Header.Get(name); got != "[hidden]" {
			t.Errorf("%s reads %q", name, got)
		}
	}
	if call.Path != "/[hidden]" || call.Query != "key=[hidden]" || call.Body != "[hidden]" || call.Header.Get("User-Agent") != "curl -H [hidden]" {
		t.Errorf("got %+v", call)
	}
	r = httptest.NewRequest(key, "/", nil)
	r.Header[http.CanonicalHeaderKey(key)] = []string{"1"}
	send(tenant, r)
	if s := strings.ToLower(fmt.Sprintf("%+v", lastCall(t, tenant))); strings.Contains(s, "marker") {
		t.Errorf("a secret is in %s", s)
	}
	r = httptest.NewRequest("GET", runPath+"?"+key+"=1", nil)
	withCredentials(r).Header.Set("Authorization", key)
	send(tenant, r)
	if s := fmt.Sprintf("%+v", lastCall(t, tenant)); strings.Contains(s, "Marker") {
		t.Errorf("a secret is in %s", s)
	}
	if r.Header.Get("Authorization") != key {
		t.Error("the request itself was changed")
	}
}

// net/http decodes a path, a query and a form: a key is hidden in each encoding that it would decode.
func TestCallsHideEncodedKeys(t *testing.T) {
	const key = "my secret+key%1"
	tenant := sandbox.New(sandbox.WithKey("1", key, sandbox.Standard))
	everything := ""
	for i := range len(key) {
		everything += fmt.Sprintf("%%%02x", key[i])
	}
	for name, encoded := range map[string]string{
		"plain": key, "query": url.QueryEscape(key), "path": url.PathEscape(key),
		"each byte": everything, "each byte in upper case": strings.ToUpper(everything),
		"one byte": "my+secret%2Bkey%251", "a byte that need not be": "m%79%20secret%2Bkey%251",
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", strings.NewReader("a="+encoded+"&b=1"))
			r.URL.RawQuery = "a=" + encoded + "&b=1"
			r.Header.Set("User-Agent", "agent "+encoded)
			send(tenant, r)
			call := lastCall(t, tenant)
			if call.Query != "a=[hidden]&b=1" || call.Body != "a=[hidden]&b=1" || call.Header.Get("User-Agent") != "agent [hidden]" {
				t.Errorf("got query %q, body %q, header %q", call.Query, call.Body, call.Header.Get("User-Agent"))
			}
		})
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader("%6dy+other%"))
	send(tenant, r)
	if got := lastCall(t, tenant).Body; got != "%6dy+other%" {
		t.Errorf("a text without the key became %q", got)
	}
}
