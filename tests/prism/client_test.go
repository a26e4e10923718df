//go:build unix

package prism_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
	"github.com/getkin/kin-openapi/openapi3"
)

// preferring asks Prism for one of the documented answers, and keeps what it found wrong with the request.
type preferring struct {
	prefer     string
	attempts   int
	violations []string
}

func (p *preferring) RoundTrip(r *http.Request) (*http.Response, error) {
	p.attempts++
	r = r.Clone(r.Context())
	if p.prefer != "" {
		r.Header.Set("Prefer", p.prefer)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		p.violations = append(p.violations, res.Header.Values("sl-violations")...)
	}
	return res, err
}

// client returns one with our validator on, so that each answer is judged twice.
func client(t *testing.T, transport http.RoundTripper, opts ...wrapper.Option) *wrapper.Client {
	t.Helper()
	needPrism(t)
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	opts = append([]wrapper.Option{
		wrapper.WithHTTPClient(&http.Client{Transport: transport}), wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}),
		wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v),
	}, opts...)
	c, err := wrapper.New(server, wrapper.AdvancedKey("17", "a key of the test"), opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBothOperations(t *testing.T) {
	for _, tt := range []struct {
		name, prefer, want string
		call               func(*testing.T, *wrapper.Client) (string, error)
	}{
		{"status", "", "Running", func(t *testing.T, c *wrapper.Client) (string, error) {
			s, err := c.GetScanRunStatus(t.Context(), 789, "status", "name")
			return s.State(), err
		}},
		{"abort all", "", "<action ID value> 1 673", func(t *testing.T, c *wrapper.Client) (string, error) {
			return text(c.AbortScan(t.Context(), wrapper.AllEndpoints()))
		}},
		{"abort some, answered with numbers", "example=numbers", "22519813685366 1 673", func(t *testing.T, c *wrapper.Client) (string, error) {
			some := wrapper.Matching(wrapper.Hostnames("laptop-17", "laptop-18"), wrapper.Where("color", "like", "blue"))
			return text(c.AbortScan(t.Context(), some, wrapper.WithIncident("4711")))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			transport := &preferring{prefer: tt.prefer}
			got, err := tt.call(t, client(t, transport))
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
			if transport.violations != nil {
				t.Errorf("Prism finds fault with the request: %s", transport.violations)
			}
		})
	}
}

func text(r *gen.AbortScanReply, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return fmt.Sprint(r.ActionID, " ", r.Status, " ", r.EndpointsCount), nil
}

var kinds = map[int]error{
	400: wrapper.ErrBadRequest, 401: wrapper.ErrUnauthorized, 402: wrapper.ErrNoLicense, 403: wrapper.ErrForbidden,
	404: wrapper.ErrNotFound, 429: wrapper.ErrRateLimited, 500: wrapper.ErrServer,
}

// TestEveryDocumentedError asks for each example of each error of both operations, through the methods and
// through API.
func TestEveryDocumentedError(t *testing.T) {
	needPrism(t)
	doc, err := openapi3.NewLoader().LoadFromData(api.Document())
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]map[string]func(*testing.T, *wrapper.Client) error{
		"getScanRunStatus": {
			"method": func(t *testing.T, c *wrapper.Client) error {
				_, err := c.GetScanRunStatus(t.Context(), 789)
				return err
			},
			"API": func(t *testing.T, c *wrapper.Client) error {
				_, err := c.API().GetScanRunStatusWithResponse(t.Context(), &gen.GetScanRunStatusParams{ID: 789, Fields: []string{"status"}})
				return err
			},
		},
		"abortScan": {
			"method": func(t *testing.T, c *wrapper.Client) error {
				_, err := c.AbortScan(t.Context(), wrapper.AllEndpoints())
				return err
			},
			"API": func(t *testing.T, c *wrapper.Client) error {
				body := gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints}}
				_, err := c.API().AbortScanWithResponse(t.Context(), body)
				return err
			},
		},
	}
	errorsSeen := 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for code, response := range op.Responses.Map() {
				status, err := strconv.Atoi(code)
				if err != nil || status < 400 {
					continue
				}
				for name, body := range examples(response.Value) {
					for door, call := range calls[op.OperationID] {
						errorsSeen++
						t.Run(fmt.Sprint(op.OperationID, " ", status, " ", name, " ", door), func(t *testing.T) {
							checkError(t, method+" "+path, status, name, body, call)
						})
					}
				}
			}
		}
	}
	if errorsSeen < 30 {
		t.Errorf("only %d errors were asked for", errorsSeen)
	}
}

// examples returns the answer's by name, or one without a body.
func examples(r *openapi3.Response) map[string]any {
	all := map[string]any{}
	for _, media := range r.Content {
		for name, e := range media.Examples {
			all[name] = e.Value.Value
		}
	}
	if len(all) == 0 {
		all[""] = nil
	}
	return all
}

func checkError(t *testing.T, operation string, status int, name string, body any, call func(*testing.T, *wrapper.Client) error) {
	t.Helper()
	transport := &preferring{prefer: "code=" + strconv.Itoa(status)}
	if name != "" {
		transport.prefer += ", example=" + name
	}
	err := call(t, client(t, transport))
	var e *wrapper.APIError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an APIError", err)
	}
	if kinds[status] == nil || !errors.Is(err, kinds[status]) {
		t.Errorf("got %v, which is no %v", err, kinds[status])
	}
	if errors.Is(err, wrapper.ErrOutcomeUnknown) || errors.Is(err, wrapper.ErrUnexpectedResponse) {
		t.Errorf("got %v for a documented answer", err)
	}
	if e.Operation != operation || e.StatusCode != status {
		t.Errorf("got %s, %d", e.Operation, e.StatusCode)
	}
	if noEndpoint := name == "noEndpoint"; errors.Is(err, wrapper.ErrNoEndpoints) != noEndpoint {
		t.Errorf("got %v, want ErrNoEndpoints: %v", err, noEndpoint)
	}
	wantAttempts := 1
	if status == http.StatusTooManyRequests {
		wantAttempts = 3
	}
	if transport.attempts != wantAttempts || e.Attempts != wantAttempts {
		t.Errorf("%d attempts, and the error says %d; want %d", transport.attempts, e.Attempts, wantAttempts)
	}
	if transport.violations != nil {
		t.Errorf("Prism finds fault with the request: %s", transport.violations)
	}
	if body == nil {
		return
	}
	var got any
	if err := json.Unmarshal(e.Body, &got); err != nil || !reflect.DeepEqual(got, plain(t, body)) {
		t.Errorf("the body is %s, %v", e.Body, err)
	}
	if e.Message == "" {
		t.Error("there is no message")
	}
}

func plain(t *testing.T, v any) (out any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
