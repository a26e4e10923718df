package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
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
	cutOff := abortBody("")
	cutOff.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"request_data":{"filters":"all"}}`), iotest.ErrReader(io.ErrUnexpectedEOF)))
	body := func(filters string) string { return `{"request_data":{"filters":` + filters + `}}` }
	for i, c := range []struct {
		name     string
		request  *http.Request
		want     sandbox.Call // without the fields that are checked separately
		response string       // part of the response
		refused  bool
	}{
		{"status", statusRequest(1), sandbox.Call{Method: "GET", Path: runPath, Query: "id=1&fields=status", Status: 200}, "Running", false},
		{"abort whose body is cut off", cutOff, sandbox.Call{Method: "POST", Path: abortPath, Body: body(`"all"`), Status: 400}, "err_code", true},
		{"abort", abortRequest(linux), sandbox.Call{Method: "POST", Path: abortPath, Body: body(linux), Status: 200,
			Abort: &sandbox.AbortResult{Selected: 3, Aborted: 2}}, `"endpoints_count":"2"`, false},
		{"abort of nothing", abortRequest(linux), sandbox.Call{Method: "POST", Path: abortPath, Body: body(linux), Status: 500,
			Abort: &sandbox.AbortResult{Selected: 3}}, "No endpoint was found", false},
		{"invalid", abortRequest(`[]`), sandbox.Call{Method: "POST", Path: abortPath, Body: body(`[]`), Status: 400}, "err_code", true},
		{"no credentials", httptest.NewRequest("GET", runPath+"?id=1", nil), sandbox.Call{Method: "GET", Path: runPath, Query: "id=1", Status: 401}, "unauthorized", true},
		{"elsewhere", withCredentials(httptest.NewRequest("PUT", "/else%20where?x=%20", nil)),
			sandbox.Call{Method: "PUT", Path: "/else where", Query: "x=%20", Status: 404}, "Unknown operation", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := send(tenant, c.request)
			got := lastCall(t, tenant)
			if date := w.Header().Get("Date"); date != "Mon, 23 Mar 2020 17:03:56 GMT" {
				t.Errorf("got Date %q, want the time of the tenant's clock", date)
			}
			if got.Response != w.Body.String() || !strings.Contains(got.Response, c.response) {
				t.Errorf("got recorded response %q, want %q with %s", got.Response, w.Body, c.response)
			}
			if (len(got.Problems) > 0) != c.refused || got.Duration <= 0 || !got.Time.Equal(now) || got.Header.Get("User-Agent") != c.request.Header.Get("User-Agent") {
				t.Errorf("got recorded call %+v", got)
			}
			if len(logged) != i+1 || !reflect.DeepEqual(logged[i], got) {
				t.Errorf("got logged calls %+v, want %+v", logged[i:], got)
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
	if last := logged[len(logged)-1]; len(logged) != 8 || last.Status != 0 {
		t.Errorf("got logged call %+v, want one without a status", last)
	}
}

func TestCallsAreBounded(t *testing.T) {
	tenant := sandbox.New()
	for i := range 1010 {
		send(tenant, statusRequest(int64(i)))
	}
	calls := tenant.Calls()
	if len(calls) != 1000 || calls[0].Query != "id=10&fields=status" || calls[999].Query != "id=1009&fields=status" {
		t.Errorf("got %d calls, from %s to %s; want the last 1000", len(calls), calls[0].Query, calls[len(calls)-1].Query)
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
			t.Errorf("got %d bytes of the %s, want 64 KiB", len(part), name)
		}
	}
	if n := len(strings.Join(call.Header["Long"], "")); n != 50<<10 {
		t.Errorf("got %d bytes of the header, want the first value", n)
	}
	r.Header["Long"] = strings.Split(long[:200], "")
	send(tenant, r)
	if n := len(lastCall(t, tenant).Header["Long"]); n != 98 { // of 100 values, because Authorization and Content-Type come first
		t.Errorf("got %d values of the header, want 98", n)
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
	for _, verb := range []string{"%s", "%+v", "%#v"} {
		if s := fmt.Sprintf(verb+verb, call, tenant); strings.Contains(s, "Marker") {
			t.Errorf("%s prints a secret: %s", verb, s)
		}
	}
	want := http.Header{
		"Authorization": {"[hidden]", "[hidden]"}, "Proxy-Authorization": {"[hidden]"}, "Cookie": {"[hidden]"},
		"X-Xdr-Nonce": {"[hidden]"}, "x-xdr-nonce": {"[hidden]"}, "X-Xdr-Auth-Id": {"1"}, "User-Agent": {"test"},
	}
	if !reflect.DeepEqual(call.Header, want) {
		t.Errorf("got header %q, want %q", call.Header, want)
	}
	if !reflect.DeepEqual(r.Header, sent) {
		t.Error("the header of the request was changed")
	}
}

// headerFunc is a ResponseWriter that receives only the status.
type headerFunc func(status int)

func (headerFunc) Header() http.Header         { return http.Header{} }
func (headerFunc) Write(p []byte) (int, error) { return len(p), nil }
func (f headerFunc) WriteHeader(status int)    { f(status) }

func TestStatusIsRecordedBeforeItIsSent(t *testing.T) {
	tenant, sent := sandbox.New(), 0
	tenant.ServeHTTP(headerFunc(func(status int) {
		if sent = status; lastCall(t, tenant).Status != status {
			t.Errorf("got recorded status %d while %d is sent", lastCall(t, tenant).Status, status)
		}
	}), statusRequest(1))
	if sent != 404 {
		t.Errorf("got status %d, want 404", sent)
	}
}
