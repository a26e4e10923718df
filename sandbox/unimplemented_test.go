package sandbox

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"go.yaml.in/yaml/v3"
)

// forget makes the tenant treat an operation of the contract as one that it does not implement.
func forget(t *testing.T, id string) {
	t.Helper()
	if !implemented[id] {
		t.Fatalf("%s is not implemented", id)
	}
	delete(implemented, id)
	t.Cleanup(func() { implemented[id] = true })
}

func abort(body string) *http.Request {
	r := httptest.NewRequest("POST", "/public_api/v1/endpoints/abort_scan", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// An operation that the contract has and the tenant does not implement is checked, and then answered 501.
func TestUnimplementedOperation(t *testing.T) {
	forget(t, "abortScan")
	forget(t, "getScanRunStatus")
	for _, tt := range []struct {
		name     string
		request  *http.Request
		unsigned bool
		status   int
		want     string
	}{
		{"abort", abort(`{"request_data":{"filters":"all"}}`), false, 501,
			`{"reply":{"err_code":501,"err_msg":"The sandbox does not implement the operation abortScan","err_extra":null}}`},
		{"status", httptest.NewRequest("GET", "/public_api/netscan/v1/scan/run?id=1&fields=status", nil), false, 501,
			`{"err_msg":"The sandbox does not implement the operation getScanRunStatus"}`},
		{"invalid", abort(`{"request_data":{"filters":[]}}`), false, 400, ``},
		{"without credentials", abort(`{"request_data":{"filters":"all"}}`), true, 401, ``},
		{"unknown operation", httptest.NewRequest("GET", "/other", nil), false, 404, ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tenant := New()
			tenant.AddEndpoint(Endpoint{ScanStatus: scanPending})
			if !tt.unsigned {
				tt.request.Header.Set("X-Xdr-Auth-Id", "1")
				tt.request.Header.Set("Authorization", "any key")
			}
			tt.request.Header.Set("User-Agent", "test")
			w := httptest.NewRecorder()
			tenant.ServeHTTP(w, tt.request)
			if got := strings.TrimSpace(w.Body.String()); w.Code != tt.status || tt.want != "" && got != tt.want {
				t.Errorf("got  %d %s\nwant %d %s", w.Code, got, tt.status, tt.want)
			}
			if e := tenant.Endpoints()[0]; e.ScanStatus != scanPending {
				t.Errorf("the scan is %s", e.ScanStatus)
			}
		})
	}
}

// The generated server has the operations that are implemented, and all of them are in the contract: the generator
// says nothing about an ID that it does not find.
func TestImplementedOperations(t *testing.T) {
	content, err := os.ReadFile("../api/server.cfg.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Options struct {
			IDs []string `yaml:"include-operation-ids"`
		} `yaml:"output-options"`
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	slices.Sort(config.Options.IDs)
	if ids := Operations(); !slices.Equal(config.Options.IDs, ids) {
		t.Errorf("include-operation-ids of api/server.cfg.yaml has %v, and implemented of unimplemented.go has %v", config.Options.IDs, ids)
	}
	for id := range implemented {
		if !regexp.MustCompile(`operationId"?: *["']?` + id + `\b`).Match(api.Document()) {
			t.Errorf("api/openapi.yaml has no operation %s: correct include-operation-ids of api/server.cfg.yaml and implemented of unimplemented.go", id)
		}
	}
}
