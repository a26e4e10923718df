package sandbox_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

func TestNewTakesNothingAmiss(t *testing.T) {
	tenant := sandbox.New(nil, sandbox.WithClock(nil))
	tenant.AddScanRun(1)
	wantStatus(t, send(tenant, statusRequest(1)), http.StatusOK)

	for query, want := range map[string]int{"id=1&fields=status": 200, "id=1": 400} {
		r := statusRequest(1)
		r.URL.RawQuery = query
		r.Body = nil // as http.NewRequest leaves it, for those who call the handler themselves
		wantStatus(t, send(tenant, r), want)
	}
}

func TestDateIsTheTenantsClock(t *testing.T) {
	tenant := sandbox.New(sandbox.WithClock(func() time.Time { return time.UnixMilli(1584983036945) }))
	for _, r := range []*http.Request{statusRequest(1), httptest.NewRequest("GET", "/", nil)} {
		if got := send(tenant, r).Header().Get("Date"); got != "Mon, 23 Mar 2020 17:03:56 GMT" {
			t.Errorf("Date %q", got)
		}
	}
}

// Every answer of the tenant keeps the contract itself.
func TestAnswersKeepTheContract(t *testing.T) {
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
		abortRequest(`[` + filter("nonesuch", "in", `["x"]`) + `]`), abortRequest(`"all"`), abortRequest(`"all"`), abortRequest(`[]`),
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

func TestMalformedHTTP(t *testing.T) {
	tenant := sandbox.New()
	tenant.AddScanRun(1)
	base, client := serve(t, tenant)
	const credentials = "Host: x\r\nUser-Agent: x\r\nX-Xdr-Auth-Id: 1\r\nAuthorization: k\r\n"
	for _, c := range []struct {
		name, request string
		want          int // 0: no answer
	}{
		{"nothing", "", 0},
		{"broken chunk", "POST " + abortPath + " HTTP/1.1\r\n" + credentials + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		{"body shorter than announced", "POST " + abortPath + " HTTP/1.1\r\n" + credentials + "Content-Length: 99\r\n\r\n{}", 400},
		{"broken query", "GET " + runPath + "?id=%zz&fields=%;; HTTP/1.1\r\n" + credentials + "\r\n", 400},
		{"semicolons in the query", "GET " + runPath + "?id=1;fields=status HTTP/1.1\r\n" + credentials + "\r\n", 400},
		{"asterisk", "OPTIONS * HTTP/1.1\r\n" + credentials + "\r\n", 200},
		{"connect", "CONNECT x:1 HTTP/1.1\r\n" + credentials + "\r\n", 404},
		{"absolute target", "GET http://elsewhere" + runPath + "?id=1&fields=status HTTP/1.1\r\n" + credentials + "\r\n", 200},
		{"dots in the path", "GET /public_api/./netscan/v1/scan/run?id=1&fields=status HTTP/1.1\r\n" + credentials + "\r\n", 404},
		{"head", "HEAD " + runPath + "?id=1&fields=status HTTP/1.1\r\n" + credentials + "\r\n", 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			go func() { // the answer may come before all is sent
				_, _ = io.WriteString(conn, c.request)
				_ = conn.(*net.TCPConn).CloseWrite()
			}()
			got := 0
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err == nil {
				got = resp.StatusCode
				resp.Body.Close()
			}
			if got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
			resp, err = over(base, client, statusRequest(1))
			if err != nil {
				t.Fatalf("the tenant is down: %v", err)
			}
			resp.Body.Close()
		})
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
			t.Errorf("answered %d, recorded %d", w.Code, call.Status)
		}
		if got := aborted(tenant); (got != "") != (path == abortPath && w.Code == http.StatusOK) {
			t.Errorf("answered %d, aborted %q", w.Code, got)
		}
		if w.Code == http.StatusInternalServerError && !bytes.Contains(w.Body.Bytes(), []byte("An error occurred while processing XDR public API")) {
			t.Errorf("the tenant failed: %s", w.Body)
		}
	})
}
