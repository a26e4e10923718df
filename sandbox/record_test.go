package sandbox_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
)

func TestCallsRecordRequestAndResponse(t *testing.T) {
	now := time.UnixMilli(1584983036945)
	var logged []sandbox.Call
	tenant := sandbox.New(sandbox.WithClock(func() time.Time { return now }),
		sandbox.WithCallLog(func(c sandbox.Call) { logged = append(logged, c) }))
	tenant.AddScanRun(1)
	for _, state := range []string{"in_progress", "success", "pending"} {
		tenant.AddEndpoint(sandbox.Endpoint{Platform: "linux", ScanStatus: state})
	}
	const linux = `[{"field":"platform","operator":"in","value":["linux"]}]`
	color := strings.ReplaceAll(linux, "platform", "color")
	body := func(filters string) string { return `{"request_data":{"filters":` + filters + `}}` }
	for i, c := range []struct {
		name     string
		request  *http.Request
		want     sandbox.Call // only the fields that are compared
		response string       // part of it
		refused  bool
	}{
		{"status", statusRequest(1), sandbox.Call{Method: "GET", Path: runPath, Query: "id=1&fields=status", Status: 200}, "Running", false},
		{"unknown run", statusRequest(2), sandbox.Call{Method: "GET", Path: runPath, Query: "id=2&fields=status", Status: 404}, "Run ID not found", false},
		{"abort", abortRequest(linux), sandbox.Call{Method: "POST", Path: abortPath, Body: body(linux), Status: 200,
			Abort: &sandbox.AbortResult{Selected: 3, Aborted: 2}}, `"endpoints_count":"2"`, false},
		{"abort of nothing", abortRequest(linux), sandbox.Call{Method: "POST", Path: abortPath, Body: body(linux), Status: 500,
			Abort: &sandbox.AbortResult{Selected: 3}}, "No endpoint was found", false},
		{"unknown filter", abortRequest(color), sandbox.Call{Method: "POST", Path: abortPath, Body: body(color), Status: 500}, "invalid parameter", false},
		{"invalid", abortRequest(`[]`), sandbox.Call{Method: "POST", Path: abortPath, Body: body(`[]`), Status: 400}, "err_code", true},
		{"no credentials", httptest.NewRequest("GET", runPath+"?id=1", nil), sandbox.Call{Method: "GET", Path: runPath, Query: "id=1", Status: 401}, "unauthorized", true},
		{"elsewhere", withCredentials(httptest.NewRequest("PUT", "/else%20where?x=%20", nil)),
			sandbox.Call{Method: "PUT", Path: "/else where", Query: "x=%20", Status: 404}, "Unknown operation", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := send(tenant, c.request)
			got := lastCall(t, tenant)
			if got.Response != w.Body.String() || !strings.Contains(got.Response, c.response) {
				t.Errorf("the response %q is recorded as %q", w.Body, got.Response)
			}
			if (len(got.Problems) > 0) != c.refused || got.Duration <= 0 || !got.Time.Equal(now) || got.Header.Get("User-Agent") != c.request.Header.Get("User-Agent") {
				t.Errorf("recorded %+v", got)
			}
			if len(logged) != i+1 || !reflect.DeepEqual(logged[i], got) {
				t.Errorf("logged %+v", logged[i:])
			}
			got.Time, got.Header, got.Problems, got.Response, got.Duration = time.Time{}, nil, nil, "", 0
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}

	tenant.Fail(sandbox.Failure{Reset: true})
	func() {
		defer func() { _ = recover() }() // as net/http does
		send(tenant, statusRequest(1))
	}()
	if last := logged[len(logged)-1]; len(logged) != 9 || last.Status != 0 {
		t.Errorf("a call without a response is logged as %+v", last)
	}
}

func TestCallsAreCopies(t *testing.T) {
	tenant := sandbox.New(sandbox.WithCallLog(func(c sandbox.Call) { c.Header.Set("User-Agent", "changed by the log") }))
	tenant.AddEndpoint(sandbox.Endpoint{ScanStatus: "pending"})
	for _, r := range []*http.Request{abortRequest(`"all"`), abortRequest(`[]`)} {
		send(tenant, r)
		r.Header.Set("User-Agent", "changed by the sender")
	}
	for _, c := range tenant.Calls() {
		c.Header.Set("User-Agent", "changed")
		if c.Abort != nil {
			c.Abort.Aborted = 99
		} else {
			c.Problems[0].Reason = "changed"
		}
	}
	calls := tenant.Calls()
	if calls[0].Header.Get("User-Agent") != "test" || calls[0].Abort.Aborted != 1 || calls[1].Problems[0].Reason == "changed" {
		t.Errorf("the tenant's own record became %+v", calls)
	}
}

func TestCallsAreBounded(t *testing.T) {
	tenant := sandbox.New()
	for i := range 1010 {
		send(tenant, statusRequest(int64(i)))
	}
	calls := tenant.Calls()
	if len(calls) != 1000 || calls[0].Query != "id=10&fields=status" || calls[999].Query != "id=1009&fields=status" {
		t.Errorf("%d calls, from %s to %s; want the last 1000", len(calls), calls[0].Query, calls[len(calls)-1].Query)
	}

	long := strings.Repeat("x", 100<<10)
	r := abortBody(long)
	r.Method, r.URL = long, &url.URL{Path: "/" + long, RawQuery: long}
	r.Header["Long"] = []string{long[:50<<10], long[:50<<10]}
	tenant.Fail(sandbox.Failure{Status: 502, Body: long})
	send(tenant, r)
	call := lastCall(t, tenant)
	for name, part := range map[string]string{"method": call.Method, "path": call.Path, "query": call.Query, "body": call.Body, "response": call.Response} {
		if len(part) != 64<<10 {
			t.Errorf("%d bytes of the %s are kept, want 64 KiB", len(part), name)
		}
	}
	if n := len(strings.Join(call.Header["Long"], "")); n != 50<<10 {
		t.Errorf("%d bytes of the header are kept, want the first value", n)
	}
	r.Header["Long"] = strings.Split(long[:200], "")
	send(tenant, r)
	if n := len(lastCall(t, tenant).Header["Long"]); n != 98 { // after Authorization and Content-Type
		t.Errorf("%d values of the header are kept, want 98", n)
	}
}

func TestValuesThatAuthenticateAreNotRecorded(t *testing.T) {
	tenant := sandbox.New(sandbox.WithKey("1", "secretMarker", sandbox.Standard))
	r := httptest.NewRequest("GET", runPath+"?id=1&fields=status", nil)
	r.Header = http.Header{
		"Authorization": {"secretMarker", "Bearer otherMarker"}, "Proxy-Authorization": {"otherMarker"}, "Cookie": {"a=otherMarker"},
		"X-Xdr-Nonce": {"otherMarker"}, "x-xdr-nonce": {"otherMarker"}, "X-Xdr-Auth-Id": {"1"}, "User-Agent": {"test"},
	}
	sent := r.Header.Clone()
	send(tenant, r)
	call := lastCall(t, tenant)
	if s := fmt.Sprintf("%+v", call); strings.Contains(s, "Marker") {
		t.Errorf("a secret is in %s", s)
	}
	for name, want := range map[string]string{
		"Authorization": "[hidden]", "Proxy-Authorization": "[hidden]", "Cookie": "[hidden]", "X-Xdr-Nonce": "[hidden]", "X-Xdr-Auth-Id": "1", "User-Agent": "test",
	} {
		if got := call.Header.Get(name); got != want {
			t.Errorf("%s is recorded as %q, want %q", name, got, want)
		}
	}
	if !reflect.DeepEqual(r.Header, sent) {
		t.Error("the request itself was changed")
	}
}

// A client that has read the response finds its status in the record.
func TestStatusIsRecordedBeforeItIsSent(t *testing.T) {
	tenant := sandbox.New()
	_, over := serve(t, tenant, (*httptest.Server).Start)
	for i := range 100 {
		resp, err := over(statusRequest(1))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if calls := tenant.Calls(); len(calls) != i+1 || calls[i].Status != 404 {
			t.Fatalf("after response %d the record ends in %+v", i+1, calls[len(calls)-1])
		}
	}
}

func TestBrokenBodyIsRecordedAndRefused(t *testing.T) {
	tenant := fleet()
	base, _ := serve(t, tenant, (*httptest.Server).Start)
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nUser-Agent: x\r\nX-Xdr-Auth-Id: 1\r\nAuthorization: k\r\n"+
		"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n22\r\n{\"request_data\":{\"filters\":\"all\"}}\r\nzz", abortPath)
	_ = conn.(*net.TCPConn).CloseWrite()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	call := lastCall(t, tenant)
	if resp.StatusCode != 400 || call.Status != 400 || call.Body != `{"request_data":{"filters":"all"}}` || len(call.Problems) == 0 || aborted(tenant) != "" {
		t.Errorf("response %d, recorded %+v, aborted %q", resp.StatusCode, call, aborted(tenant))
	}
}

func TestBodiesOverOneMebibyteAreRefused(t *testing.T) {
	for size, want := range map[int]int{1 << 20: http.StatusOK, 1<<20 + 1: http.StatusRequestEntityTooLarge} {
		tenant := fleet()
		body := `{"request_data":{"filters":"all"}}`
		wantStatus(t, send(tenant, abortBody(body+strings.Repeat(" ", size-len(body)))), want)
		if got := aborted(tenant); (got == "") != (want != http.StatusOK) {
			t.Errorf("%d bytes aborted %q", size, got)
		}
	}
}
