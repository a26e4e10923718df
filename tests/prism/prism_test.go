//go:build prism

// Package prism_test runs the client against Prism, which serves api/openapi.yaml as a mock and checks requests by
// it. It shares nothing with this project but the document. make prism gets it through npx.
package prism_test

import (
	"errors"
	"net"
	"net/http"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"

	"github.com/getkin/kin-openapi/openapi3"
)

// start runs Prism for the duration of a test and returns its URL.
func start(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	host, port, _ := net.SplitHostPort(address)
	prism := exec.Command("prism", "mock", "--host", host, "--port", port, "../../api/openapi.yaml")
	if err := prism.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = prism.Process.Kill()
		_ = prism.Wait()
	})
	for range 600 {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			return "http://" + address
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("Prism does not listen after a minute")
	return ""
}

// prefer asks Prism for a documented response, and fails the test where Prism finds the request invalid.
type prefer struct {
	*testing.T
	preference string
}

func (p prefer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Prefer", p.preference)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && res.Header.Get("sl-violations") != "" {
		p.Errorf("Prism: %s", res.Header.Values("sl-violations"))
	}
	return res, err
}

func TestPrism(t *testing.T) {
	url := start(t)
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	client := func(t *testing.T, cred wrapper.Credential, preference string) *wrapper.Client {
		c, err := wrapper.New(url, cred, wrapper.WithHTTPClient(&http.Client{Transport: prefer{t, preference}}),
			wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}), wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	standard, advanced := wrapper.StandardKey("17", "key"), wrapper.AdvancedKey("17", "key")

	t.Run("accepts both operations", func(t *testing.T) {
		for _, cred := range []wrapper.Credential{standard, advanced} {
			if got, err := client(t, cred, "").GetScanRunStatus(t.Context(), 789, "status", "name"); err != nil || got.State() != "Running" {
				t.Errorf("status: %v, %v", got, err)
			}
			if got, err := client(t, cred, "").AbortScan(t.Context(), wrapper.AllEndpoints()); err != nil || got.EndpointsCount != "673" {
				t.Errorf("abort all: %v, %v", got, err)
			}
			some := wrapper.Matching(wrapper.Hostnames("laptop-17", "laptop-18"), wrapper.Where("color", "like", "blue"))
			got, err := client(t, cred, "example=numbers").AbortScan(t.Context(), some, wrapper.WithIncident("4711"))
			if want := (&gen.AbortScanReply{ActionID: "22519813685366", Status: "1", EndpointsCount: "673"}); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("abort some: %v, %v", got, err)
			}
		}
	})

	t.Run("every documented error is understood", func(t *testing.T) {
		doc, err := openapi3.NewLoader().LoadFromData(api.Document())
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[string]error{
			"400": wrapper.ErrBadRequest, "401": wrapper.ErrUnauthorized, "402": wrapper.ErrNoLicense, "403": wrapper.ErrForbidden,
			"404": wrapper.ErrNotFound, "429": wrapper.ErrRateLimited, "500": wrapper.ErrServer,
		}
		tested := 0
		for _, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				for code, response := range op.Responses.Map() {
					examples := openapi3.Examples{"": nil} // a response without a body
					if media := response.Value.Content.Get("application/json"); media != nil {
						examples = media.Examples
					}
					for example := range examples {
						if code < "400" {
							continue
						}
						tested++
						c := client(t, advanced, strings.TrimSuffix("code="+code+", example="+example, ", example="))
						if method == http.MethodGet {
							_, err = c.GetScanRunStatus(t.Context(), 789)
						} else {
							_, err = c.AbortScan(t.Context(), wrapper.AllEndpoints())
						}
						e, ok := errors.AsType[*wrapper.APIError](err)
						attempts := map[bool]int{true: 3, false: 1}[code == "429"]
						if !ok || !errors.Is(err, kinds[code]) || strconv.Itoa(e.StatusCode) != code || e.Attempts != attempts ||
							errors.Is(err, wrapper.ErrOutcomeUnknown) || errors.Is(err, wrapper.ErrUnexpectedResponse) ||
							errors.Is(err, wrapper.ErrNoEndpoints) != (example == "noEndpoint") || (e.Message == "") != (example == "") {
							t.Errorf("%s %s %s: got %v", op.OperationID, code, example, err)
						}
					}
				}
			}
		}
		if tested < 15 {
			t.Errorf("tested only %d errors", tested)
		}
	})

	t.Run("agrees with our validator", func(t *testing.T) {
		const status, abort = "GET /public_api/netscan/v1/scan/run", "POST /public_api/v1/endpoints/abort_scan "
		for request, want := range map[string]int{
			status + "?id=789&fields=status&fields=name": 200,
			status + "?fields=status":                    400,
			status + "?id=1.5&fields=status":             400,
			status + "?id=789":                           400,
			"PUT" + status[3:] + "?id=1&fields=status":   405,

			abort + `{"request_data":{"filters":"all","incident_id":"4711"}}`:                                     200,
			abort + `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["a","b"]}]}}`:       200,
			abort + `{"request_data":{"filters":[{"field":"last_seen","operator":"gte","value":1584983036945}]}}`: 200,
			abort + `{"request_data":{"filters":null}}`:                                                           400, // what the zero value of gen's type sends
			abort + `{"request_data":{"filters":[]}}`:                                                             400,
			abort + `{"request_data":{"filters":"ALL"}}`:                                                          400,
			abort + `{"request_data":{"filters":"all","incident":"4711"}}`:                                        400,
			abort + `{"request_data":{"filters":[{"field":"a","value":["b"]}]}}`:                                  400,
			abort + `{"request_data":{"filters":[{"field":"a","operator":"in","value":[1]}]}}`:                    400,
		} {
			method, rest, _ := strings.Cut(request, " ")
			target, body, _ := strings.Cut(rest, " ")
			r, err := http.NewRequestWithContext(t.Context(), method, url+target, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = http.Header{"User-Agent": {"test"}, "Authorization": {"key"}, "X-Xdr-Auth-Id": {"17"}}
			if body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			if err := v.ValidateRequest(r); (err == nil) != (want == 200) {
				t.Errorf("%s: ours: %v, want %d", request, err, want)
			}
			if res, err := http.DefaultTransport.RoundTrip(r); err != nil || res.StatusCode != want {
				t.Errorf("%s: Prism: %v, %v, want %d", request, res, err, want)
			}
		}
		if res, err := http.Get(url + strings.TrimPrefix(status, "GET ") + "?id=1&fields=status"); err != nil || res.StatusCode != 401 {
			t.Errorf("without credentials: %v, %v", res, err)
		}
	})
}
