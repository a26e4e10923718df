package evolved

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

func client(t *testing.T, url string) *wrapper.Client {
	t.Helper()
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	c, err := wrapper.New(url, wrapper.AdvancedKey("17", "a key of the test"), wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v),
		wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// An added operation is signed, validated and retried like every other operation, and its errors are normalized.
func TestAddedOperationIsCalledLikeEveryOther(t *testing.T) {
	const path, good = "/public_api/netscan/v1/scan/run/789/command", `{"DATA":"Scan is in Paused state"}`
	invalid := func(ctx context.Context, c *wrapper.Client) error {
		_, err := c.API().CommandScanRunWithBodyWithResponse(ctx, 789, &gen.CommandScanRunParams{}, "application/json", strings.NewReader(`{}`))
		return err
	}
	for _, tt := range []struct {
		name    string
		call    func(context.Context, *wrapper.Client) error
		replies []string // status and body; the last reply is repeated
		arrive  int
		kind    error
	}{
		{"success", call, []string{"200 " + good}, 1, nil},
		{"an invalid request is not sent", invalid, []string{"200 " + good}, 0, wrapper.ErrInvalidRequest},
		{"429 is retried", call, []string{"429 ", "200 " + good}, 2, nil},
		{"an error", call, []string{`404 {"err_msg":"Run ID not found"}`}, 1, wrapper.ErrNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var nonces []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				status, reply, _ := strings.Cut(tt.replies[min(len(nonces), len(tt.replies)-1)], " ")
				nonces = append(nonces, r.Header.Get("x-xdr-nonce"))
				body, _ := io.ReadAll(r.Body)
				if r.Method != http.MethodPost || r.URL.Path != path || string(body) != `{"type":"PAUSE"}` || len(r.Header.Get("Authorization")) != 64 {
					t.Errorf("got %s %s with %s, signed %q", r.Method, r.URL.Path, body, r.Header.Get("Authorization"))
				}
				code, _ := strconv.Atoi(status)
				w.WriteHeader(code)
				_, _ = io.WriteString(w, reply)
			}))
			defer server.Close()
			if err := tt.call(t.Context(), client(t, server.URL)); !errors.Is(err, tt.kind) {
				t.Errorf("got %v, want %v", err, tt.kind)
			}
			if slices.Sort(nonces); len(nonces) != tt.arrive || len(slices.Compact(nonces)) != tt.arrive {
				t.Errorf("got %d requests with the nonces %q, want %d", len(nonces), nonces, tt.arrive)
			}
		})
	}
}

func TestAdoptedOperationCanBeCalled(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) != `{"request_data":{"group_action_id":22519813685366}}` {
			t.Errorf("got the body %s", body)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"reply":{"data":{"endpoint-1":"IN_PROGRESS"}}}`)
	}))
	defer server.Close()
	result, err := status(t.Context(), client(t, server.URL))
	if err != nil {
		t.Fatal(err)
	}
	if got := (*result.JSON200.Reply.Data)["endpoint-1"]; got != gen.ActionINPROGRESS {
		t.Errorf("got %q, want %q", got, gen.ActionINPROGRESS)
	}
}

// The sandbox validates the operation, and responds with 501 until the operation is implemented.
func TestSandboxValidatesTheAddedOperation(t *testing.T) {
	tenant := sandbox.New(sandbox.WithKey("17", "a key of the test", sandbox.Advanced))
	server := httptest.NewServer(tenant)
	defer server.Close()
	err := call(t.Context(), client(t, server.URL))
	var e *wrapper.APIError
	if implemented := slices.Contains(sandbox.Operations(), "commandScanRun"); implemented {
		if err != nil {
			t.Errorf("got %v, want success", err)
		}
	} else if !errors.As(err, &e) || e.StatusCode != http.StatusNotImplemented || errors.Is(err, wrapper.ErrOutcomeUnknown) {
		t.Errorf("got %v, want a 501", err)
	}
	if calls := tenant.Calls(); len(calls) != 1 || len(calls[0].Problems) > 0 {
		t.Errorf("got the calls %+v, want one without problems", calls)
	}
}
