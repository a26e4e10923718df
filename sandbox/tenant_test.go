package sandbox_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

func TestNilOptionsAndBodiesAreAccepted(t *testing.T) {
	tenant := sandbox.New(nil, sandbox.WithClock(nil))
	tenant.AddScanRun(1)
	wantStatus(t, send(tenant, statusRequest(1)), http.StatusOK)

	for query, want := range map[string]int{"id=1&fields=status": 200, "id=1": 400} {
		r := statusRequest(1)
		r.URL.RawQuery = query
		r.Body = nil // as from http.NewRequest
		wantStatus(t, send(tenant, r), want)
	}
}

func TestDateFollowsTheTenantsClock(t *testing.T) {
	tenant := sandbox.New(sandbox.WithClock(func() time.Time { return time.UnixMilli(1584983036945) }))
	for _, r := range []*http.Request{statusRequest(1), httptest.NewRequest("GET", "/", nil)} {
		if got := send(tenant, r).Header().Get("Date"); got != "Mon, 23 Mar 2020 17:03:56 GMT" {
			t.Errorf("Date %q", got)
		}
	}
}

func TestResponsesMatchTheDocument(t *testing.T) {
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	anonymous := statusRequest(1)
	anonymous.Header.Del("Authorization")
	tenant := fleet()
	tenant.AddScanRun(1)
	for _, r := range []*http.Request{
		statusRequest(1), statusRequest(2), anonymous,
		abortRequest(filters("nonesuch", "in", `["x"]`)), abortRequest(`"all"`), abortRequest(`"all"`), abortRequest(`[]`),
	} {
		w := send(tenant, r)
		if err := v.ValidateResponse(r, w.Code, w.Header(), w.Body.Bytes()); err != nil {
			t.Errorf("%s %d %s: %v", r.URL, w.Code, w.Body, err)
		}
	}
}

func TestTenantIsSafeForConcurrentUse(t *testing.T) {
	tenant := sandbox.New(sandbox.WithKey("1", "secretKey", sandbox.Advanced))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 25 {
				id := int64(i)
				tenant.AddScanRun(id, "Pending", "Running")
				tenant.AddEndpoint(sandbox.Endpoint{ID: fmt.Sprint(i), ScanStatus: "pending", IPs: []string{"10.0.0.1"}})
				tenant.Fail(sandbox.Failure{Operation: "nonesuch", Status: 503})
				send(tenant, sign(statusRequest(id), "1", "secretKey", newNonce(), time.Now()))
				send(tenant, sign(abortRequest(`"all"`), "1", "secretKey", newNonce(), time.Now()))
				send(tenant, abortRequest(`"all"`))
				tenant.Calls()
				tenant.Endpoints()
				tenant.Runs()
			}
		})
	}
	wg.Wait()
	if n := len(tenant.Calls()); n != 8*25*3 {
		t.Errorf("%d calls are recorded, want %d", n, 8*25*3)
	}
	if got := aborted(tenant); len(strings.Fields(got)) == 0 || len(tenant.Endpoints()) != 8 {
		t.Errorf("endpoints %+v", tenant.Endpoints())
	}
}

func FuzzServeHTTP(f *testing.F) {
	f.Add("GET", runPath+"?id=1&fields=status", "1", "k", "", "", []byte(nil))
	f.Add("POST", abortPath, "1", "k", "", "", []byte(`{"request_data":{"filters":"all"}}`))
	f.Add("POST", abortPath, "1", someSignature, someNonce, "1584983036945",
		[]byte(`{"request_data":{"filters":[{"field":"ip_list","operator":"in","value":["10.0.0.1","::1%x"]},{"field":"last_seen","operator":"gte","value":1e400}]}}`))
	f.Add("POST", abortPath, "", "", "x", "-9223372036854775808", []byte(`{"request_data":{"filters":[[[[`))
	f.Add("get", "//public_api/../%2f?%zz;", "\x00", "\xff", "", "", []byte{0xff, 0xfe})
	f.Fuzz(func(t *testing.T, method, target, id, authorization, nonce, timestamp string, body []byte) {
		r, err := http.NewRequest(method, "http://x", bytes.NewReader(body))
		if err != nil {
			t.Skip("no server would see that method")
		}
		path, query, _ := strings.Cut(target, "?")
		r.URL.Path, r.URL.RawQuery, r.RequestURI = path, query, target
		r.Header = http.Header{
			"User-Agent": {"fuzz"}, "Content-Type": {"application/json"},
			"X-Xdr-Auth-Id": {id}, "Authorization": {authorization},
		}
		if nonce+timestamp != "" {
			r.Header["X-Xdr-Nonce"], r.Header["X-Xdr-Timestamp"] = []string{nonce}, []string{timestamp}
		}
		tenant := fleet()
		tenant.AddScanRun(1)
		w := send(tenant, r)
		if call := lastCall(t, tenant); call.Status != w.Code {
			t.Errorf("got %d, recorded %d", w.Code, call.Status)
		}
		if got := aborted(tenant); (got != "") != (strings.TrimSuffix(path, "/") == abortPath && w.Code == http.StatusOK) {
			t.Errorf("got %d, aborted %q", w.Code, got)
		}
		if w.Code == http.StatusInternalServerError && !bytes.Contains(w.Body.Bytes(), []byte("An error occurred while processing XDR public API")) {
			t.Errorf("the tenant failed: %s", w.Body)
		}
	})
}
