package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
)

func TestTenantSharesNoDataWithCallers(t *testing.T) {
	tenant := sandbox.New(sandbox.WithCallLog(func(c sandbox.Call) { c.Header.Set("User-Agent", "changed") }))
	ips, states, header := []string{"10.0.0.1"}, []string{"Pending", "Running"}, http.Header{"Retry-After": {"7"}}
	tenant.AddEndpoint(sandbox.Endpoint{IPs: ips, ScanStatus: "pending"})
	tenant.AddScanRun(3, states...)
	r := abortRequest(`"all"`)
	send(tenant, r)
	send(tenant, abortRequest(`[]`))
	tenant.Fail(sandbox.Failure{Status: 429, Header: header, Times: 2})
	state := func() string {
		b, err := json.Marshal([]any{tenant.Endpoints(), tenant.Runs(), tenant.Calls()[:2]})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	before := state()
	ips[0], states[0], header["Retry-After"][0] = "changed", "changed", "changed"
	r.Header.Set("User-Agent", "changed")
	send(tenant, statusRequest(3)).Header()["Retry-After"][0] = "changed"
	if got := send(tenant, statusRequest(3)).Header().Get("Retry-After"); got != "7" {
		t.Errorf("got Retry-After %q, want 7", got)
	}
	endpoints, runs, calls := tenant.Endpoints(), tenant.Runs(), tenant.Calls()
	endpoints[0].Hostname, endpoints[0].IPs[0], runs[0].States[1] = "changed", "changed", "changed"
	calls[0].Abort.Aborted, calls[1].Problems[0].Reason = 99, "changed"
	calls[0].Header.Set("User-Agent", "changed")
	if now := state(); now != before || strings.Contains(now, "changed") {
		t.Errorf("got the state\n%s\nwant\n%s", now, before)
	}
}

func TestTenantIsSafeForConcurrentUse(t *testing.T) {
	tenant := sandbox.New(sandbox.WithKey("1", "secretKey", sandbox.Advanced))
	var accepted atomic.Int32
	nonces, now := make([]string, 25), time.Now()
	for i := range nonces {
		nonces[i] = newNonce()
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for _, nonce := range nonces {
				id := int64(i)
				tenant.AddScanRun(id, "Pending", "Running")
				if send(tenant, sign(statusRequest(id), "1", "secretKey", nonce, now)).Code == http.StatusOK {
					accepted.Add(1)
				}
				tenant.AddEndpoint(sandbox.Endpoint{ID: fmt.Sprint(i), ScanStatus: "pending", IPs: []string{"10.0.0.1"}})
				tenant.Fail(sandbox.Failure{Operation: "nonesuch", Status: 503})
				send(tenant, sign(statusRequest(id), "1", "secretKey", newNonce(), time.Now()))
				send(tenant, sign(abortRequest(`"all"`), "1", "secretKey", newNonce(), time.Now()))
				tenant.Calls()
				tenant.Endpoints()
				tenant.Runs()
			}
		})
	}
	wg.Wait()
	if n := len(tenant.Calls()); n != 8*25*3 || accepted.Load() != 25 {
		t.Errorf("got %d recorded calls, want %d, and %d accepted requests with 25 nonces, want 25", n, 8*25*3, accepted.Load())
	}
	if got := aborted(tenant); len(strings.Fields(got)) == 0 || len(tenant.Endpoints()) != 8 {
		t.Errorf("got endpoints %+v, want 8", tenant.Endpoints())
	}
}
