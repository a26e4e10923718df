package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/sandbox"
)

const goodBody = `{"DATA":"Scan is in Running state"}`

func TestFailAnswers(t *testing.T) {
	for _, c := range []struct {
		name    string
		failure sandbox.Failure
		status  int
		header  string // the Content-Type
		body    string
	}{
		{"status alone", sandbox.Failure{Status: 503}, 503, "", ""},
		{"json", sandbox.Failure{Status: 429, Body: `{"reply":1}`}, 429, "application/json", `{"reply":1}`},
		{"html", sandbox.Failure{Status: 502, Body: `<html>`}, 502, "text/html; charset=utf-8", `<html>`},
		{"header, any case", sandbox.Failure{Status: 429, Header: http.Header{"content-type": {"x/y"}}, Body: `{}`}, 429, "x/y", `{}`},
		{"an error with status 200", sandbox.Failure{Body: `{"reply":{"err_code":500}}`}, 200, "application/json", `{"reply":{"err_code":500}}`},
		{"headers with status 200", sandbox.Failure{Header: http.Header{"Content-Type": {"x/y"}}}, 200, "x/y", ""},
		{"no content", sandbox.Failure{Status: 204}, 204, "", ""},
		{"redirect", sandbox.Failure{Status: 302, Header: http.Header{"Location": {"https://console.invalid/"}}}, 302, "", ""},
		{"too low", sandbox.Failure{Status: 100}, 500, "", ""},
		{"too high", sandbox.Failure{Status: 1000}, 500, "", ""},
		{"negative", sandbox.Failure{Status: -1}, 500, "", ""},
		{"nothing", sandbox.Failure{}, 200, "application/json", goodBody},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := sandbox.New()
			tenant.AddScanRun(1, "Running", "Completed")
			tenant.Fail(c.failure)
			w := send(tenant, statusRequest(1))
			wantResponse(t, w, c.status, c.body)
			if got := w.Header().Get("Content-Type"); got != c.header {
				t.Errorf("content type %q, want %q", got, c.header)
			}
			if call := lastCall(t, tenant); call.Status != c.status || len(call.Problems) > 0 {
				t.Errorf("recorded %d with problems %v, want %d without", call.Status, call.Problems, c.status)
			}
			if c.body != goodBody { // a failed call has not moved the run on
				wantResponse(t, send(tenant, statusRequest(1)), http.StatusOK, goodBody)
			}
		})
	}
}

func TestFailPicksCalls(t *testing.T) {
	type call = func() *http.Request
	status := func() *http.Request { return statusRequest(1) }
	abort := func() *http.Request { return abortRequest(`"all"`) }
	elsewhere := func() *http.Request { return withCredentials(httptest.NewRequest("GET", "/elsewhere", nil)) }
	anonymous := func() *http.Request { return httptest.NewRequest("GET", runPath, nil) }
	for _, c := range []struct {
		name     string
		failures []sandbox.Failure
		calls    []call
		want     []int
	}{
		{"once by default", []sandbox.Failure{{Status: 503}}, []call{status, status}, []int{503, 200}},
		{"several times", []sandbox.Failure{{Status: 503, Times: 2}}, []call{status, abort, status}, []int{503, 503, 200}},
		{"for ever", []sandbox.Failure{{Status: 503, Times: -1}, {Status: 502}}, []call{status, abort, status, status}, []int{503, 503, 503, 503}},
		{"one after the other", []sandbox.Failure{{Status: 502}, {Status: 503}}, []call{status, status, status}, []int{502, 503, 200}},
		{"by operation ID", []sandbox.Failure{{Operation: "abortScan", Status: 503}}, []call{status, abort}, []int{200, 503}},
		{"by the other's ID", []sandbox.Failure{{Operation: "getScanRunStatus", Status: 503}}, []call{abort, status}, []int{200, 503}},
		{"by method and path", []sandbox.Failure{{Operation: "GET " + runPath, Status: 503}}, []call{abort, status}, []int{200, 503}},
		{"the first that is meant", []sandbox.Failure{{Operation: "abortScan", Status: 502}, {Status: 503}}, []call{status, abort}, []int{503, 502}},
		{"of no operation", []sandbox.Failure{{Operation: "nonesuch", Status: 503}}, []call{status, abort}, []int{200, 200}},
		{"of no operation, unknown path", []sandbox.Failure{{Operation: "GET /elsewhere", Status: 503}}, []call{status, elsewhere}, []int{200, 503}},
		{"after a skipped call", []sandbox.Failure{{Skip: 1, Status: 503}}, []call{status, status, status}, []int{200, 503, 200}},
		{"after two, twice", []sandbox.Failure{{Skip: 2, Times: 2, Status: 503}}, []call{status, status, status, status, status}, []int{200, 200, 503, 503, 200}},
		{"after one, for ever", []sandbox.Failure{{Skip: 1, Times: -1, Status: 503}}, []call{status, status, status}, []int{200, 503, 503}},
		{"a negative skip", []sandbox.Failure{{Skip: -1, Status: 503}}, []call{status, status}, []int{503, 200}},
		{"skips count calls of the operation", []sandbox.Failure{{Operation: "abortScan", Skip: 1, Status: 503}},
			[]call{status, abort, status, abort}, []int{200, 200, 200, 503}},
		{"a skipped call is not for the failures behind", []sandbox.Failure{{Skip: 1, Status: 503}, {Skip: 1, Status: 502}, {Status: 504}},
			[]call{status, status, status, status, status, status}, []int{200, 503, 200, 502, 504, 200}},
		{"whatever the credentials", []sandbox.Failure{{Status: 503}}, []call{anonymous, anonymous}, []int{503, 401}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := fleet()
			tenant.AddScanRun(1)
			for _, f := range c.failures {
				tenant.Fail(f)
			}
			for i, call := range c.calls {
				if got := send(tenant, call()).Code; got != c.want[i] {
					t.Errorf("call %d: got %d, want %d", i+1, got, c.want[i])
				}
			}
		})
	}
}

func TestFailCopiesItsHeader(t *testing.T) {
	tenant := sandbox.New()
	h := http.Header{"Retry-After": {"7"}}
	tenant.Fail(sandbox.Failure{Status: 429, Header: h, Times: 2})
	h["Retry-After"][0] = "changed by the caller"
	for range 2 {
		w := send(tenant, statusRequest(1))
		if got := w.Header().Get("Retry-After"); got != "7" {
			t.Errorf("Retry-After %q, want 7", got)
		}
		w.Header()["Retry-After"][0] = "changed by a middleware"
	}
}

func TestFailedCallsAreChecked(t *testing.T) {
	tenant := sandbox.New(sandbox.WithKey("1", "secretKey", sandbox.Advanced))
	tenant.AddScanRun(1)
	nonce := newNonce()
	signed := func() *http.Request { return sign(statusRequest(1), "1", "secretKey", nonce, time.Now()) }

	tenant.Fail(sandbox.Failure{Status: 503})
	wantStatus(t, send(tenant, signed()), 503)
	wantStatus(t, send(tenant, signed()), 401) // the nonce is used up: a client has to sign every attempt

	tenant.Fail(sandbox.Failure{Status: 503})
	wantStatus(t, send(tenant, statusRequest(1)), 503)
	if call := lastCall(t, tenant); len(call.Problems) != 1 || call.Status != 503 {
		t.Errorf("recorded %d with problems %v, want 503 with the one that the request is not signed", call.Status, call.Problems)
	}
}

func TestFailDelays(t *testing.T) {
	for _, c := range []struct {
		name    string
		failure sandbox.Failure
		want    int
	}{
		{"before a status", sandbox.Failure{Delay: time.Hour, Status: 503}, 503},
		{"before the usual answer", sandbox.Failure{Delay: time.Hour}, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tenant := sandbox.New()
				tenant.AddScanRun(1)
				tenant.Fail(c.failure)
				start := time.Now()
				wantStatus(t, send(tenant, statusRequest(1)), c.want)
				if d := time.Since(start); d != time.Hour {
					t.Errorf("took %v, want an hour", d)
				}
			})
		})
	}
}

func TestDelayEndsWithTheClient(t *testing.T) {
	for _, f := range []sandbox.Failure{{Delay: time.Hour}, {Delay: time.Hour, Status: 503}, {Delay: time.Hour, Reset: true}} {
		synctest.Test(t, func(t *testing.T) {
			tenant := fleet()
			tenant.Fail(f)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			send(tenant, abortRequest(`"all"`).WithContext(ctx))
			if d := time.Since(start); d != time.Second {
				t.Errorf("%+v: took %v, want a second", f, d)
			}
			if got := lastCall(t, tenant).Status; got != 0 {
				t.Errorf("%+v: recorded %d, want 0: nothing was answered", f, got)
			}
			if got := aborted(tenant); got != "" {
				t.Errorf("%+v: aborted %q", f, got)
			}
		})
	}
}

// serve starts the tenant on the loopback interface, and returns its address and a client.
func serve(t *testing.T, tenant *sandbox.Tenant) (string, *http.Client) {
	t.Helper()
	server := httptest.NewServer(tenant)
	t.Cleanup(server.Close)
	return server.URL, server.Client()
}

// over sends a request of send's kind through a network.
func over(base string, c *http.Client, r *http.Request) (*http.Response, error) {
	out, err := http.NewRequest(r.Method, base+r.URL.RequestURI(), r.Body)
	if err != nil {
		return nil, err
	}
	out.Header = r.Header
	return c.Do(out)
}

func TestCutOff(t *testing.T) {
	for _, f := range []sandbox.Failure{{CutOff: true}, {CutOff: true, Body: `{"DATA":"Scan`}, {CutOff: true, Status: 502, Body: "<html>"}} {
		tenant := sandbox.New()
		tenant.Fail(f)
		base, client := serve(t, tenant)
		resp, err := over(base, client, statusRequest(1))
		if err != nil {
			t.Fatalf("%+v: no answer: %v", f, err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if !errors.Is(err, io.ErrUnexpectedEOF) || string(body) != f.Body {
			t.Errorf("%+v: got %q, %v; want the body and an unexpected end", f, body, err)
		}
		if want := max(f.Status, 200); resp.StatusCode != want || lastCall(t, tenant).Status != want {
			t.Errorf("%+v: status %d, recorded %d, want %d", f, resp.StatusCode, lastCall(t, tenant).Status, want)
		}
	}
}

func TestReset(t *testing.T) {
	for _, c := range []struct {
		name  string
		start func(*httptest.Server)
		err   error // nil: any
	}{
		{"http", (*httptest.Server).Start, syscall.ECONNRESET},
		{"https", (*httptest.Server).StartTLS, syscall.ECONNRESET},
		{"http/2", func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := sandbox.New(sandbox.WithKey("1", "secretKey", sandbox.Advanced))
			tenant.AddScanRun(1)
			tenant.Fail(sandbox.Failure{Reset: true})
			server := httptest.NewUnstartedServer(tenant)
			c.start(server)
			defer server.Close()

			nonce, at := newNonce(), time.Now()
			resp, err := over(server.URL, server.Client(), sign(statusRequest(1), "1", "secretKey", nonce, at))
			if err == nil {
				resp.Body.Close()
				t.Fatalf("got an answer, %s", resp.Status)
			}
			if c.err != nil && !errors.Is(err, c.err) {
				t.Errorf("got %v, want %v", err, c.err)
			}
			if got := lastCall(t, tenant).Status; got != 0 {
				t.Errorf("recorded %d, want 0: nothing was answered", got)
			}
			// The tenant has not seen the request, so its nonce is still good, and the next call is as usual.
			resp, err = over(server.URL, server.Client(), sign(statusRequest(1), "1", "secretKey", nonce, at))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != 200 || strings.TrimSpace(string(body)) != goodBody {
				t.Errorf("then got %d %s", resp.StatusCode, body)
			}
		})
	}
}

func TestResetWithoutAConnection(t *testing.T) {
	tenant := sandbox.New()
	tenant.Fail(sandbox.Failure{Reset: true})
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("panicked with %v, want http.ErrAbortHandler", err)
		}
	}()
	send(tenant, statusRequest(1))
}
