//go:build prism

// Package prism_test runs the client against Prism, a mock server that validates requests and returns the examples in
// api/openapi.yaml. make prism downloads Prism with npx and runs the tests.
package prism_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"

	"github.com/getkin/kin-openapi/openapi3"
)

var listening = regexp.MustCompile(`Prism is listening on (http://\S+)`)

func start(t *testing.T) string {
	t.Helper()
	prism := exec.Command("prism", "mock", "--port", "0", "../../api/openapi.yaml")
	out, err := prism.StdoutPipe()
	if err == nil {
		err = prism.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = prism.Process.Kill()
		_ = prism.Wait()
	})
	for in := bufio.NewScanner(out); in.Scan(); {
		if match := listening.FindSubmatch(in.Bytes()); match != nil {
			go func() { _, _ = io.Copy(io.Discard, out) }() // so that Prism never blocks
			return string(match[1])
		}
	}
	t.Fatal("Prism exited before it was listening")
	return ""
}

// prefer asks Prism for a certain response, and fails the test if Prism reports an invalid request.
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

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestPrism(t *testing.T) {
	url := start(t)
	v := must(api.NewValidator())
	client := func(cred wrapper.Credential, preference string) *wrapper.Client {
		return must(wrapper.New(url, cred, wrapper.WithHTTPClient(&http.Client{Transport: prefer{t, preference}}),
			wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}), wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v)))
	}
	standard, advanced := wrapper.StandardKey("17", "key"), wrapper.AdvancedKey("17", "key")

	for _, cred := range []wrapper.Credential{standard, advanced} {
		if got, err := client(cred, "").GetScanRunStatus(t.Context(), 789, "status", "name"); err != nil || got.State() != "Running" {
			t.Errorf("status: got %v, %v", got, err)
		}
		some := wrapper.Matching(wrapper.Hostnames("laptop-17", "laptop-18"), wrapper.Where("color", "like", "blue"))
		got, err := client(cred, "example=numbers").AbortScan(t.Context(), some, wrapper.WithIncident("4711"))
		if want := (gen.AbortScanReply{ActionID: "22519813685366", Status: "1", EndpointsCount: "673"}); err != nil || *got != want {
			t.Errorf("abort: got %v, %v, want %v", got, err, want)
		}
	}

	// The client understands every documented error.
	doc := must(openapi3.NewLoader().LoadFromData(api.Document()))
	tested := 0
	for _, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for code, response := range op.Responses.Map() {
				examples := openapi3.Examples{"": nil} // if the response has no body
				if media := response.Value.Content.Get("application/json"); media != nil {
					examples = media.Examples
				}
				for example := range examples {
					if code < "400" {
						continue
					}
					tested++
					var err error
					c := client(advanced, strings.TrimSuffix("code="+code+", example="+example, ", example="))
					if method == http.MethodGet {
						_, err = c.GetScanRunStatus(t.Context(), 789)
					} else {
						_, err = c.AbortScan(t.Context(), wrapper.AllEndpoints())
					}
					e, ok := errors.AsType[*wrapper.APIError](err)
					if !ok || strconv.Itoa(e.StatusCode) != code || errors.Is(err, wrapper.ErrOutcomeUnknown) || errors.Is(err, wrapper.ErrUnexpectedResponse) ||
						errors.Is(err, wrapper.ErrNoEndpoints) != (example == "noEndpoint") || (e.Message == "") != (example == "") {
						t.Errorf("%s %s %s: got %v", op.OperationID, code, example, err)
					}
				}
			}
		}
	}
	if tested < 15 {
		t.Errorf("tested %d errors, want at least 15", tested)
	}

	// Prism and the validator agree.
	const status, abort = "GET /public_api/netscan/v1/scan/run", "POST /public_api/v1/endpoints/abort_scan "
	for request, valid := range map[string]bool{
		status + "?id=789&fields=status&fields=name":                      true,
		status + "?fields=status":                                         false,
		status + "?id=1.5&fields=status":                                  false,
		status + "?id=789":                                                false,
		abort + `{"request_data":{"filters":"all","incident_id":"4711"}}`: true,
		abort + `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["a","b"]}]}}`:       true,
		abort + `{"request_data":{"filters":[{"field":"last_seen","operator":"gte","value":1584983036945}]}}`: true,
		abort + `{"request_data":{"filters":null}}`:                                                           false, // the zero value of gen.AbortScanRequest
		abort + `{"request_data":{"filters":[]}}`:                                                             false,
		abort + `{"request_data":{"filters":"ALL"}}`:                                                          false,
		abort + `{"request_data":{"filters":"all","incident":"4711"}}`:                                        false,
		abort + `{"request_data":{"filters":[{"field":"a","operator":"in","value":[1]}]}}`:                    false,
	} {
		method, rest, _ := strings.Cut(request, " ")
		target, body, _ := strings.Cut(rest, " ")
		r := must(http.NewRequestWithContext(t.Context(), method, url+target, strings.NewReader(body)))
		r.Header = http.Header{"User-Agent": {"test"}, "Authorization": {"key"}, "X-Xdr-Auth-Id": {"17"}}
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		if err := v.ValidateRequest(r); (err == nil) != valid {
			t.Errorf("%s: the validator returned %v, want a valid request: %v", request, err, valid)
		}
		if res, err := http.DefaultTransport.RoundTrip(r); err != nil || res.StatusCode != map[bool]int{true: 200, false: 400}[valid] {
			t.Errorf("%s: Prism returned %v, %v, want a valid request: %v", request, res, err, valid)
		}
	}
}
