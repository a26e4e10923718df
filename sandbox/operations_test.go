package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

const noEndpointBody = `{"reply":{"err_code":500,"err_msg":"An error occurred while processing XDR public API - ` +
	`No endpoint was found for creating the requested action","err_extra":null}}`

func TestAbortCancelsPendingAndRunningScans(t *testing.T) {
	states := []string{"none", "pending", "in_progress", "canceled", "aborted", "pending_cancellation", "success", "error", "new word", ""}
	tenant := sandbox.New()
	for _, s := range states {
		tenant.AddEndpoint(sandbox.Endpoint{ScanStatus: s})
	}
	wantResponse(t, send(tenant, abortRequest(`"all"`)), http.StatusOK, `{"reply":{"action_id":"1","endpoints_count":"2","status":"1"}}`)

	var got []string
	for _, e := range tenant.Endpoints() {
		got = append(got, e.ScanStatus)
	}
	want := "none aborted aborted canceled aborted pending_cancellation success error new word none"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	wantResponse(t, send(tenant, abortRequest(`"all"`)), http.StatusInternalServerError, noEndpointBody)

	tenant.AddEndpoint(sandbox.Endpoint{ScanStatus: "pending"})
	wantResponse(t, send(tenant, abortRequest(`"all"`)), http.StatusOK, `{"reply":{"action_id":"2","endpoints_count":"1","status":"1"}}`)
}

func TestEachStatusCallAdvancesTheRun(t *testing.T) {
	tenant := sandbox.New()
	tenant.AddScanRun(20)
	tenant.AddScanRun(3, "Pending", "Running", "Completed")
	for _, state := range []string{"Pending", "Running", "Completed", "Completed"} {
		if got := tenant.Runs()[0].State; got != state {
			t.Errorf("before the call: got state %q, want %q", got, state)
		}
		wantResponse(t, send(tenant, statusRequest(3)), http.StatusOK, `{"DATA":"Scan is in `+state+` state"}`)
		wantResponse(t, send(tenant, statusRequest(20)), http.StatusOK, `{"DATA":"Scan is in Running state"}`)
	}
	tenant.AddScanRun(3, "Again")
	wantResponse(t, send(tenant, statusRequest(3)), http.StatusOK, `{"DATA":"Scan is in Again state"}`)
	wantResponse(t, send(tenant, statusRequest(-1)), http.StatusNotFound,
		`{"err_msg":"Run ID not found","metadata":{"err_extra":[{"field":"id","message":"no scan run has this ID"}]}}`)
}

// The envelope of an error depends on the operation, except for a 401. Published clients may end the path with a slash and write
// numbers in several forms.
func TestRequestsAreExecutedOrRefused(t *testing.T) {
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	anonymous := func(r *http.Request) *http.Request { r.Header.Del("Authorization"); return r }
	get := func(path, body string) *http.Request {
		return withCredentials(httptest.NewRequest("GET", path, strings.NewReader(body)))
	}
	to := func(r *http.Request, path string) *http.Request { r.URL.Path = path; return r }
	withoutBody := func(r *http.Request) *http.Request { r.Body = nil; return r } // as http.NewRequest does
	const all = `{"request_data":{"filters":"all"}}`
	long := all + strings.Repeat(" ", 1<<20+1-len(all))
	const unknownPath, unknownRun, aborts = `{"reply":{"err_code":404,`, `{"err_msg":"Run ID not found"`, `{"reply":{"action_id":`
	for _, c := range []struct {
		name    string
		request *http.Request
		status  int
		body    string // the beginning of the body
	}{
		{"abort, unauthorized", anonymous(abortRequest(`"all"`)), 401, unauthorizedBody},
		{"unknown path, unauthorized", httptest.NewRequest("GET", "/", nil), 401, unauthorizedBody},
		{"status without parameters", get(runPath, ""), 400, `{"err_msg":"`},
		{"status without fields or body", withoutBody(get(runPath+"?id=1", "")), 400, `{"err_msg":"`},
		{"status without a body", withoutBody(statusRequest(1)), 200, `{"DATA":"`},
		{"status of an unknown run", statusRequest(2), 404, unknownRun},
		{"status with a slash", to(statusRequest(1), runPath+"/"), 200, `{"DATA":"`},
		{"status, ID with an exponent", get(runPath+"?id=10e-1&fields=status", ""), 200, `{"DATA":"`},
		{"status, ID with a fraction", get(runPath+"?id=1.5&fields=status", ""), 400, `{"err_msg":"`},
		{"status, body too large", get(runPath+"?id=1&fields=status", long), 413, `{"err_msg":"`},
		{"abort with a slash and a numeric incident", to(abortBody(`{"request_data":{"filters":"all","incident_id":22519813685366}}`), abortPath+"/"), 200, aborts},
		{"abort with two slashes", to(abortRequest(`"all"`), abortPath+"//"), 404, unknownPath},
		{"abort, invalid JSON", abortBody(`{`), 400, `{"`},
		{"abort without filters", abortRequest(`[]`), 400, `{"`},
		{"abort, one byte too large", abortBody(long), 413, `{"`},
		{"abort with an unknown filter", abortRequest(filters("nonesuch", "in", `["x"]`)), 500, `{"reply":{"err_code":500,`},
		{"abort of nothing", abortRequest(filters("hostname", "in", `["x"]`)), 500, `{"reply":{"err_code":500,`},
		{"unknown path", get("/", ""), 404, unknownPath},
		{"unknown method", get(abortPath, ""), 405, `{"reply":{"err_code":405,`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := fleet()
			tenant.AddScanRun(1)
			w := send(tenant, c.request)
			if w.Code != c.status || !strings.HasPrefix(w.Body.String(), c.body) || (aborted(tenant) != "") != (c.body == aborts) {
				t.Errorf("got %d %s, want %d %s…; aborted %q", w.Code, w.Body, c.status, c.body, aborted(tenant))
			}
			if got := w.Header().Get("Content-Type"); got != "application/json" {
				t.Errorf("got content type %q, want application/json", got)
			}
			if _, documented := v.Operation(c.request); documented && c.status != 413 {
				if err := v.ValidateResponse(c.request, w.Code, w.Header(), w.Body.Bytes()); err != nil {
					t.Errorf("the response does not match the OpenAPI document: %v", err)
				}
			}
			executed := c.status == 200 || c.status == 500 || c.body == unknownRun
			if call := lastCall(t, tenant); call.Status != c.status || (len(call.Problems) > 0) == executed {
				t.Errorf("got recorded status %d with problems %v, want %d, and problems only if the request is refused", call.Status, call.Problems, c.status)
			}
		})
	}
}
