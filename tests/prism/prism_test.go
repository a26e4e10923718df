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
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"

	"github.com/getkin/kin-openapi/openapi3"
)

var listening = regexp.MustCompile(`Prism is listening on (http://\S+)`)

func start(t *testing.T) string {
	t.Helper()
	prism := exec.CommandContext(t.Context(), "prism", "mock", "--port", "0", "../../api/openapi.yaml")
	out, err := prism.StdoutPipe()
	if err == nil {
		err = prism.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = prism.Wait() })
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
			wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}), wrapper.WithResponseValidator(v)))
	}
	for _, cred := range []wrapper.Credential{wrapper.StandardKey("17", "key"), wrapper.AdvancedKey("17", "key")} {
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
	tested := 0
	for _, item := range must(openapi3.NewLoader().LoadFromData(api.Document())).Paths.Map() {
		for method, op := range item.Operations() {
			for code, response := range op.Responses.Map() {
				media := response.Value.Content.Get("application/json")
				if code < "400" || media == nil {
					continue
				}
				for example := range media.Examples {
					tested++
					var err error
					c := client(wrapper.AdvancedKey("17", "key"), "code="+code+", example="+example)
					if method == http.MethodGet {
						_, err = c.GetScanRunStatus(t.Context(), 789)
					} else {
						_, err = c.AbortScan(t.Context(), wrapper.AllEndpoints())
					}
					e, ok := errors.AsType[*wrapper.APIError](err)
					if !ok || strconv.Itoa(e.StatusCode) != code || e.Message == "" || errors.Is(err, wrapper.ErrOutcomeUnknown) ||
						errors.Is(err, wrapper.ErrUnexpectedResponse) || errors.Is(err, wrapper.ErrNoEndpoints) != (example == "noEndpoint") {
						t.Errorf("%s %s %s: got %v", op.OperationID, code, example, err)
					}
				}
			}
		}
	}
	if tested < 15 {
		t.Errorf("tested %d errors, want at least 15", tested)
	}
}
