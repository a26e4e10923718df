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

func TestCallsTellWhatArrived(t *testing.T) {
	now := time.UnixMilli(1584983036945)
	tenant := fleet()
	clocked := sandbox.New(sandbox.WithClock(func() time.Time { return now }))
	send(clocked, statusRequest(1))
	if got := lastCall(t, clocked).Time; !got.Equal(now) {
		t.Errorf("time %v, want that of the tenant's clock", got)
	}

	tenant.AddScanRun(1)
	send(tenant, statusRequest(1))
	send(tenant, statusRequest(2))
	send(tenant, abortRequest(`"all"`))
	send(tenant, abortRequest(`[]`))
	send(tenant, httptest.NewRequest("GET", runPath+"?id=1", nil))
	send(tenant, withCredentials(httptest.NewRequest("PUT", "/else%20where?x=%20", nil)))
	want := []struct {
		method, path, query, body string
		status                    int
		refused                   bool
	}{
		{"GET", runPath, "id=1&fields=status", "", 200, false},
		{"GET", runPath, "id=2&fields=status", "", 404, false},
		{"POST", abortPath, "", `{"request_data":{"filters":"all"}}`, 200, false},
		{"POST", abortPath, "", `{"request_data":{"filters":[]}}`, 400, true},
		{"GET", runPath, "id=1", "", 401, true},
		{"PUT", "/else where", "x=%20", "", 404, true},
	}
	calls := tenant.Calls()
	if len(calls) != len(want) {
		t.Fatalf("%d calls, want %d", len(calls), len(want))
	}
	for i, w := range want {
		c := calls[i]
		if c.Method != w.method || c.Path != w.path || c.Query != w.query || c.Body != w.body || c.Status != w.status || (len(c.Problems) > 0) != w.refused {
			t.Errorf("call %d: got %+v, want %+v", i, c, w)
		}
		if c.Header.Get("X-Xdr-Auth-Id") != "1" && c.Status != 401 || c.Time.IsZero() {
			t.Errorf("call %d: header %v at %v", i, c.Header, c.Time)
		}
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
	r.Method = long
	r.URL = &url.URL{Path: "/" + long, RawQuery: long}
	r.Header["Long"] = []string{long[:50<<10], long[:50<<10]}
	send(tenant, r)
	call := lastCall(t, tenant)
	for name, part := range map[string]string{"method": call.Method, "path": call.Path, "query": call.Query, "body": call.Body} {
		if len(part) != 64<<10 {
			t.Errorf("%d bytes of the %s are kept, want 64 KiB", len(part), name)
		}
	}
	if n := len(strings.Join(call.Header["Long"], "")); n > 64<<10 {
		t.Errorf("%d bytes of the headers are kept", n)
	}
}

func TestCallsAreCopies(t *testing.T) {
	tenant := sandbox.New()
	r := httptest.NewRequest("GET", runPath, nil)
	r.Header.Set("User-Agent", "before")
	send(tenant, r)
	r.Header.Set("User-Agent", "changed by the caller")
	call := lastCall(t, tenant)
	call.Header.Set("User-Agent", "changed")
	call.Problems[0].Reason = "changed"
	if got := lastCall(t, tenant); got.Header.Get("User-Agent") != "before" || got.Problems[0].Reason == "changed" {
		t.Errorf("the tenant's own record became %+v", got)
	}
}

// A client that has read the answer finds its status in the record: it is noted before it is sent.
func TestStatusIsRecordedBeforeItIsSent(t *testing.T) {
	tenant := sandbox.New()
	base, client := serve(t, tenant)
	for i := range 100 {
		resp, err := over(base, client, statusRequest(1))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if calls := tenant.Calls(); len(calls) != i+1 || calls[i].Status != 404 {
			t.Fatalf("after answer %d the record ends in %+v", i+1, calls[len(calls)-1])
		}
	}
}

func TestBodyThatBreaksOffIsRecorded(t *testing.T) {
	tenant := fleet()
	base, _ := serve(t, tenant)
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
	if resp.StatusCode != 400 || call.Status != 400 || call.Body != `{"request_data":{"filters":"all"}}` || len(call.Problems) == 0 {
		t.Errorf("answered %d, recorded %+v", resp.StatusCode, call)
	}
	if got := aborted(tenant); got != "" {
		t.Errorf("half a body aborted %q", got)
	}
}

func TestBodiesAreCapped(t *testing.T) {
	for size, want := range map[int]int{1 << 20: http.StatusOK, 1<<20 + 1: http.StatusRequestEntityTooLarge} {
		tenant := fleet()
		body := `{"request_data":{"filters":"all"}}`
		body += strings.Repeat(" ", size-len(body)) // it would be good if only the blanks were cut
		wantStatus(t, send(tenant, abortBody(body)), want)
		if got := aborted(tenant); (got == "") != (want != http.StatusOK) {
			t.Errorf("%d bytes aborted %q", size, got)
		}
	}
}

func TestCallsTellWhatWasAnswered(t *testing.T) {
	const key = "secretMarker"
	tenant := sandbox.New(sandbox.WithKey("1", key, sandbox.Standard))
	for _, state := range []string{"in_progress", "success", "pending"} {
		tenant.AddEndpoint(sandbox.Endpoint{Hostname: state, Platform: "linux", ScanStatus: state})
	}
	signed := func(r *http.Request) *http.Request {
		r.Header.Set("Authorization", key)
		return r
	}
	const linux = `[{"field":"platform","operator":"in","value":["linux"]}]`
	for _, c := range []struct {
		name    string
		request *http.Request
		answer  string // what is in it
		abort   *sandbox.AbortResult
	}{
		{"an abort", signed(abortRequest(linux)), `"endpoints_count":"2"`, &sandbox.AbortResult{Selected: 3, Aborted: 2}},
		{"an abort of nothing", signed(abortRequest(linux)), "No endpoint was found", &sandbox.AbortResult{Selected: 3}},
		{"an unknown filter", signed(abortRequest(strings.ReplaceAll(linux, "platform", "color"))), "invalid parameter", nil},
		{"a wrong key", abortRequest(linux), "unauthorized", nil},
		{"a status", signed(statusRequest(1)), "Run ID not found", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := send(tenant, c.request)
			call := lastCall(t, tenant)
			if call.Response != w.Body.String() || !strings.Contains(call.Response, c.answer) {
				t.Errorf("the answer is recorded as %q, and was %q", call.Response, w.Body)
			}
			if (call.Abort == nil) != (c.abort == nil) || c.abort != nil && *call.Abort != *c.abort {
				t.Errorf("the abort is recorded as %+v, want %+v", call.Abort, c.abort)
			}
			if call.Duration <= 0 {
				t.Errorf("it took %s", call.Duration)
			}
			if call.Abort != nil {
				call.Abort.Aborted = 99
				if lastCall(t, tenant).Abort.Aborted == 99 {
					t.Error("the tenant's own record was changed")
				}
			}
		})
	}

	long := strings.Repeat("x", 100<<10)
	tenant.Fail(sandbox.Failure{Status: 502, Body: long})
	send(tenant, signed(statusRequest(1)))
	if got := lastCall(t, tenant).Response; got != long[:64<<10] {
		t.Errorf("%d bytes of the response are kept, want 64 KiB", len(got))
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
	for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie", "X-Xdr-Nonce"} {
		if got := call.Header.Get(name); got != "[hidden]" {
			t.Errorf("%s is recorded as %q", name, got)
		}
	}
	if call.Header.Get("X-Xdr-Auth-Id") != "1" || call.Header.Get("User-Agent") != "test" {
		t.Errorf("recorded %v", call.Header)
	}
	if !reflect.DeepEqual(r.Header, sent) {
		t.Error("the request itself was changed")
	}
}

// The log has each call once it is over, with or without an answer.
func TestCallLog(t *testing.T) {
	var logged []sandbox.Call
	tenant := sandbox.New(sandbox.WithCallLog(func(c sandbox.Call) { logged = append(logged, c) }))
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "pending"})
	send(tenant, abortRequest(`"all"`))
	send(tenant, statusRequest(1))
	tenant.Fail(sandbox.Failure{Times: 1, Reset: true})
	func() {
		defer func() { _ = recover() }() // as net/http does
		send(tenant, statusRequest(1))
	}()
	var got []string
	for _, c := range logged {
		got = append(got, fmt.Sprint(c.Method, " ", c.Status))
	}
	if strings.Join(got, ", ") != "POST 200, GET 404, GET 0" {
		t.Fatalf("logged: %v", got)
	}
	logged[0].Abort.Aborted, logged[0].Header = 99, nil
	if first := tenant.Calls()[0]; first.Abort.Aborted != 1 || len(first.Header) == 0 {
		t.Errorf("the tenant's own record became %+v", first)
	}
}
