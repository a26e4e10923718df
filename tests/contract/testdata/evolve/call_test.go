package evolved

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
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

// An added operation is signed, validated and retried like every other operation, and its errors are normalized. The sandbox
// responds with 501 until the operation is implemented.
func TestAddedOperationIsCalledLikeEveryOther(t *testing.T) {
	tenant := sandbox.New(sandbox.WithKey("17", "a key of the test", sandbox.Advanced))
	server := httptest.NewServer(tenant)
	defer server.Close()
	c := client(t, server.URL)
	_, err := c.API().CommandScanRunWithResponse(t.Context(), 789, &gen.CommandScanRunParams{}, gen.ScanRunCommand{})
	if calls := tenant.Calls(); !errors.Is(err, wrapper.ErrInvalidRequest) || len(calls) > 0 {
		t.Errorf("got %v and %d calls for an invalid request, want an error before it is sent", err, len(calls))
	}
	tenant.Fail(sandbox.Failure{Operation: "commandScanRun", Times: 1, Status: http.StatusTooManyRequests})
	err = call(t.Context(), c)
	var e *wrapper.APIError
	if implemented := slices.Contains(sandbox.Operations(), "commandScanRun"); implemented {
		if err != nil {
			t.Errorf("got %v, want success", err)
		}
	} else if !errors.As(err, &e) || e.StatusCode != http.StatusNotImplemented || errors.Is(err, wrapper.ErrOutcomeUnknown) {
		t.Errorf("got %v, want a 501", err)
	}
	if calls := tenant.Calls(); len(calls) != 2 || len(calls[1].Problems) > 0 {
		t.Errorf("got the calls %+v, want a 429 and a retry without problems", calls)
	}
}
